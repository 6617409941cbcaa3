import { FACTORS } from '@omega-tv/types';
import { flagField, type IntegerField, type SymbolField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';
import { typicalDistance, type PieceShape } from './piece-shape.js';
import { MAX_COUNT_LEVEL, MAX_STEPS, type ListedTitle } from './title-list.js';

/** What is expected of a coordinate, by how large its neighbours are: counts of zero and not. */
const ZERO_COUNTS: readonly (readonly [zero: number, other: number])[] = [
  [62, 2],
  [60, 4],
  [56, 8],
  [48, 16],
  [40, 24],
  [28, 36],
  [18, 46],
  [8, 56],
];
const CONTEXTS = ZERO_COUNTS.length;
/** Least magnitude of each context, in sixteenths of a step. */
const LEAST_OF_CONTEXT = [0, 1, 2, 4, 7, 12, 20, 36];
const SIXTEENTHS = 16;
/** Titles that the shape of a piece counts as, when it forecasts an axis. */
const PRIOR_TITLES = 16;
/** Sixteenths of a step that a title is taken for average by, before its own coordinates speak. */
const PRIOR_OF_TITLE = 64;

const IS_OTHER: readonly SymbolField[] = ZERO_COUNTS.map(([zero, other], context) => ({
  name: `coordinate ${context}`,
  counts: [zero, other],
  increment: 8,
}));
const IS_LARGER: readonly SymbolField[] = ZERO_COUNTS.map((_, context) => ({
  name: `size ${context}`,
  counts: [3 * (CONTEXTS - context) + 4, 2 + 3 * context],
  increment: 8,
}));
const EXCESS: IntegerField = { name: 'size', typicalBits: 1 };
const COUNT: IntegerField = { name: 'completions', typicalBits: 1 };
const MOVED = [
  flagField('moved', 6, 1),
  flagField('moved by few', 5, 1),
  flagField('moved by many', 3, 1),
];
const MOVED_FURTHER: IntegerField = { name: 'moved by', typicalBits: 0 };
const COUNT_MOVED = flagField('completions moved', 3, 1);
const COORDINATES_MOVED = flagField('coordinates moved', 1, 6);
const COUNT_CHANGE: IntegerField = { name: 'completions', typicalBits: 2 };

/**
 * Forecasts how far a coordinate is from the mean of its piece: by its axis in the shape of the
 * piece and in the titles before, and by how far its title's other coordinates were beside what was
 * forecast of them. Whole numbers only.
 */
export class CoordinateForecast {
  readonly #axes = new Float64Array(FACTORS);
  #titles = 0;
  #seen = 0;
  #forecast = 0;
  #byAxis = 0;

  constructor(readonly shape: PieceShape) {}

  /** @returns 0 to 7. */
  context(axis: number): number {
    const prior = PRIOR_TITLES * typicalDistance(this.shape.spreads[axis] ?? 0);
    const ofAxis = (this.#axes[axis] ?? 0) * SIXTEENTHS + prior;
    this.#byAxis = Math.floor(ofAxis / (this.#titles + PRIOR_TITLES));
    const ofTitle = this.#seen * SIXTEENTHS + PRIOR_OF_TITLE;
    const byTitle = Math.floor((this.#byAxis * ofTitle) / (this.#forecast + PRIOR_OF_TITLE));
    const expected = Math.floor((this.#byAxis + byTitle) / 2);
    let context = CONTEXTS - 1;
    while (expected < (LEAST_OF_CONTEXT[context] ?? 0)) context -= 1;
    return context;
  }

  /** @param distance from the mean of the piece, in steps; of the axis that was asked for last. */
  saw(axis: number, distance: number): void {
    this.#axes[axis] = (this.#axes[axis] ?? 0) + Math.abs(distance);
    this.#seen += Math.abs(distance);
    this.#forecast += this.#byAxis;
  }

  endTitle(): void {
    this.#titles += 1;
    this.#seen = 0;
    this.#forecast = 0;
  }
}

export function writeTitle(
  writer: FieldWriter,
  { countLevel, steps }: ListedTitle,
  forecast: CoordinateForecast,
): void {
  const { shape } = forecast;
  writer.signed(COUNT, countLevel - shape.countLevel);
  steps.forEach((coordinate, axis) => {
    const value = coordinate - (shape.means[axis] ?? 0);
    const context = forecast.context(axis);
    const [isOther, isLarger] = fieldsOf(context);
    writer.flag(isOther, value !== 0);
    if (value !== 0) {
      writer.choice('sign', Number(value < 0), 2);
      writer.flag(isLarger, Math.abs(value) > 1);
      if (Math.abs(value) > 1) writer.integer(EXCESS, Math.abs(value) - 2);
    }
    forecast.saw(axis, value);
  });
  forecast.endTitle();
}

export function readTitle(
  reader: FieldReader,
  hash: number,
  forecast: CoordinateForecast,
): ListedTitle {
  const { shape } = forecast;
  const countLevel = checkLevel(shape.countLevel + reader.signed(COUNT));
  const steps = new Int8Array(FACTORS);
  for (let axis = 0; axis < FACTORS; axis += 1) {
    const [isOther, isLarger] = fieldsOf(forecast.context(axis));
    const value = reader.flag(isOther) ? readDistance(isLarger) : 0;
    steps[axis] = checkSteps((shape.means[axis] ?? 0) + value);
    forecast.saw(axis, value);
  }
  forecast.endTitle();
  return { hash, countLevel, steps };

  function readDistance(isLarger: SymbolField): number {
    const isNegative = reader.choice('sign', 2) === 1;
    const size = reader.flag(isLarger) ? reader.integer(EXCESS) + 2 : 1;
    return isNegative ? -size : size;
  }
}

function fieldsOf(context: number): readonly [SymbolField, SymbolField] {
  const [isOther, isLarger] = [IS_OTHER[context], IS_LARGER[context]];
  if (isOther === undefined || isLarger === undefined) throw new RangeError('no such context');
  return [isOther, isLarger];
}

/** Writes what a title has become since `before`. */
export function writeChange(writer: FieldWriter, title: ListedTitle, before: ListedTitle): void {
  const countChange = title.countLevel - before.countLevel;
  const isMoved = title.steps.some((value, axis) => value !== before.steps[axis]);
  writer.flag(COUNT_MOVED, countChange !== 0);
  if (countChange !== 0) writer.signed(COUNT_CHANGE, countChange);
  writer.flag(COORDINATES_MOVED, isMoved);
  if (!isMoved) return;
  let moves = 0;
  title.steps.forEach((value, axis) => {
    const change = value - (before.steps[axis] ?? 0);
    writer.flag(movedField(moves), change !== 0);
    if (change === 0) return;
    moves += 1;
    writer.choice('sign', Number(change < 0), 2);
    writer.integer(MOVED_FURTHER, Math.abs(change) - 1);
  });
}

/** Reads what writeChange wrote. */
export function readChange(reader: FieldReader, before: ListedTitle): ListedTitle {
  const countChange = reader.flag(COUNT_MOVED) ? reader.signed(COUNT_CHANGE) : 0;
  const countLevel = checkLevel(before.countLevel + countChange);
  if (!reader.flag(COORDINATES_MOVED)) return { ...before, countLevel };
  let moves = 0;
  const steps = before.steps.map((value) => {
    if (!reader.flag(movedField(moves))) return value;
    moves += 1;
    const isNegative = reader.choice('sign', 2) === 1;
    const change = reader.integer(MOVED_FURTHER) + 1;
    return checkSteps(value + (isNegative ? -change : change));
  });
  return { hash: before.hash, countLevel, steps };
}

function movedField(moves: number): SymbolField {
  const field = MOVED[moves === 0 ? 0 : moves < 4 ? 1 : 2];
  if (field === undefined) throw new RangeError('no such context');
  return field;
}

function checkLevel(level: number): number {
  if (level >= 0 && level <= MAX_COUNT_LEVEL) return level;
  throw malformed(`completions: ${level} is no level from 0 to ${MAX_COUNT_LEVEL}`);
}

function checkSteps(steps: number): number {
  if (Math.abs(steps) <= MAX_STEPS) return steps;
  throw malformed(`coordinate: ${steps} steps, beyond ${MAX_STEPS}`);
}
