import { CommandError, UsageError } from '@omega-tv/command-line';
import type { TrainingSet } from './training-set.js';
import { readVectors } from './vector-file.js';

/** Rows whose index is divisible by this are held out where a source says so. */
const HELD_OUT_EVERY = 5;
/** The codec takes vectors this near to unit length as they are, and scales all others. */
const UNIT_TOLERANCE = 1 / 1024;

/**
 * Reads sources of the form FILE, FILE:WEIGHT or FILE:WEIGHT:heldout, scaled to unit length as the
 * codec does; zero rows are left out.
 * @throws UsageError where a source has another form; CommandError where no usable rows are left.
 */
export async function readTrainingSet(
  sources: readonly string[],
  dimension: number,
): Promise<TrainingSet> {
  const rows: Float32Array[] = [];
  const weights: number[] = [];
  for (const { file, weight, heldOut } of sources.map(parseSource)) {
    const all = await readVectors(file, dimension);
    const kept = heldOut ? all.filter((_, i) => i % HELD_OUT_EVERY !== 0) : all;
    for (const row of kept) {
      const unit = toUnit(row);
      if (unit === undefined) continue;
      rows.push(unit);
      weights.push(weight);
    }
  }
  if (rows.length === 0)
    throw new CommandError('The sources hold no vectors to train on; give some that are not zero');
  return { rows, weights, dimension };
}

function parseSource(source: string): { file: string; weight: number; heldOut: boolean } {
  const [file = '', weight = '1', mark, ...more] = source.split(':');
  const value = Number(weight);
  const known = (mark === undefined || mark === 'heldout') && more.length === 0;
  if (file === '' || !known || !(value > 0 && value < Infinity)) {
    throw new UsageError(
      `${source}: expected FILE, FILE:WEIGHT or FILE:WEIGHT:heldout, with a weight above 0`,
    );
  }
  return { file, weight: value, heldOut: mark !== undefined };
}

function toUnit(row: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return undefined;
  return Math.abs(length - 1) <= UNIT_TOLERANCE ? row : row.map((value) => value / length);
}
