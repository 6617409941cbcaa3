import { FACTORS } from '@omega-tv/types';
import { symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';
import { MAX_COUNT_LEVEL, MAX_STEPS, type ListedTitle } from './title-list.js';

/**
 * What the titles of a piece have in common: their coordinates are coded against it. A whole piece
 * says it; in a diff it is that of the base.
 */
export interface PieceShape {
  /** Mean count level. */
  readonly countLevel: number;
  /** Mean coordinate along each axis, in whole steps. */
  readonly means: Int8Array;
  /** Class of the mean distance from it, an index of `SPREADS`. */
  readonly spreads: Uint8Array;
}

/** Mean distances in sixteenths of a step: the least of each class, and what stands for it. */
const SPREADS: readonly (readonly [least: number, typical: number])[] = [
  [0, 0],
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 5],
  [6, 7],
  [9, 11],
  [13, 16],
  [19, 23],
  [28, 33],
  [40, 49],
  [60, 73],
  [90, 108],
  [130, 157],
  [190, 230],
  [280, 350],
];
const SIXTEENTHS = 16;

const SPREAD = symbolField('spread', [24, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 2, 2, 2, 2], 24);
const MEAN: IntegerField = { name: 'mean', typicalBits: 0 };
const LEVEL: IntegerField = { name: 'typical completions', typicalBits: 4 };

/** Whole numbers only: the same on every engine. */
export function shapeOf(titles: readonly ListedTitle[]): PieceShape {
  const count = Math.max(1, titles.length);
  const means = new Int8Array(FACTORS);
  const spreads = new Uint8Array(FACTORS);
  for (let axis = 0; axis < FACTORS; axis += 1) {
    let sum = 0;
    for (const { steps } of titles) sum += steps[axis] ?? 0;
    const mean = roundedRatio(sum, count);
    let distance = 0;
    for (const { steps } of titles) distance += Math.abs((steps[axis] ?? 0) - mean);
    means[axis] = mean;
    spreads[axis] = classOf(Math.floor((SIXTEENTHS * distance) / count));
  }
  let levels = 0;
  for (const { countLevel } of titles) levels += countLevel;
  return { countLevel: roundedRatio(levels, count), means, spreads };
}

function roundedRatio(sum: number, count: number): number {
  return Math.floor((2 * sum + count) / (2 * count));
}

function classOf(distance: number): number {
  let index = SPREADS.length - 1;
  while (distance < (SPREADS[index]?.[0] ?? 0)) index -= 1;
  return index;
}

/** The distance that a class stands for, in sixteenths of a step. */
export function typicalDistance(spread: number): number {
  return SPREADS[spread]?.[1] ?? 0;
}

export function writeShape(writer: FieldWriter, { countLevel, means, spreads }: PieceShape): void {
  writer.integer(LEVEL, countLevel);
  means.forEach((mean, axis) => {
    writer.signed(MEAN, mean);
    writer.symbol(SPREAD, spreads[axis] ?? 0);
  });
}

/** @throws SyncError `compression` for means that no coordinate can have. */
export function readShape(reader: FieldReader): PieceShape {
  const countLevel = reader.integer(LEVEL);
  if (countLevel > MAX_COUNT_LEVEL) throw malformed(`typical completions: ${countLevel}`);
  const means = new Int8Array(FACTORS);
  const spreads = new Uint8Array(FACTORS);
  for (let axis = 0; axis < FACTORS; axis += 1) {
    const mean = reader.signed(MEAN);
    if (Math.abs(mean) > MAX_STEPS) throw malformed(`mean: ${mean} steps, beyond ${MAX_STEPS}`);
    means[axis] = mean;
    spreads[axis] = reader.symbol(SPREAD);
  }
  return { countLevel, means, spreads };
}
