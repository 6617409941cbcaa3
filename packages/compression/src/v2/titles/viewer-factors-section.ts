import { FACTORS, HISTORY_CLASSES, type RandomSource, type ViewerFactors } from '@omega-tv/types';
import { reading } from '../codecs.js';
import type { IntegerField } from '../fields/field.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { unwritable } from '../malformed.js';

const GENERATION: IntegerField = { name: 'generation', typicalBits: 3 };
/** Coordinates go from -15 to 15 steps: with half as many the noise of rounding costs precision. */
const MOST_STEPS = 15;
const LEVELS = 2 * MOST_STEPS + 1;
const SCALES = 256;
const SCALES_PER_OCTAVE = 16;
/** Steps go from 2^-12 to almost 2^4. */
const LEAST_STEP = 2 ** -12;

/**
 * Writes viewer factors, each coordinate rounded up or down by chance so that its mean is exact:
 * sums over TVs lose nothing. What is longer than 465 along an axis is cut.
 * @throws SyncError `serialization` for other than 32 finite numbers, or another class.
 */
export function writeViewerFactors(factors: ViewerFactors, random: RandomSource): Uint8Array {
  const { generation, historyClass, coordinates } = factors;
  const values = Array.from(coordinates);
  if (values.length !== FACTORS || !values.every(Number.isFinite)) {
    throw unwritable('viewerFactors.coordinates', `must be ${FACTORS} finite numbers`);
  }
  if (!(Number.isInteger(historyClass) && historyClass >= 0 && historyClass < HISTORY_CLASSES)) {
    const found = `must be from 0 to ${HISTORY_CLASSES - 1}, but is ${historyClass}`;
    throw unwritable('viewerFactors.historyClass', found);
  }
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = scaleFor(largest / MOST_STEPS);
  const writer = new FieldWriter();
  writer.integer(GENERATION, generation);
  writer.choice('history class', historyClass, HISTORY_CLASSES);
  writer.choice('scale', scale, SCALES);
  for (const value of values) {
    const steps = Math.floor(value / stepOf(scale) + random.next());
    writer.choice(
      'viewer',
      Math.max(-MOST_STEPS, Math.min(MOST_STEPS, steps)) + MOST_STEPS,
      LEVELS,
    );
  }
  return writer.finish();
}

/** Viewer factors as the reader of a delta gets them. */
export function roundViewerFactors(factors: ViewerFactors, random: RandomSource): ViewerFactors {
  return readViewerFactors(writeViewerFactors(factors, random));
}

/** @throws SyncError `compression` for what is no such section. */
export function readViewerFactors(payload: Uint8Array): ViewerFactors {
  return reading(() => {
    const reader = new FieldReader(payload);
    const generation = reader.integer(GENERATION);
    const historyClass = reader.choice('history class', HISTORY_CLASSES);
    const step = stepOf(reader.choice('scale', SCALES));
    const coordinates = Float32Array.from(
      { length: FACTORS },
      () => (reader.choice('viewer', LEVELS) - MOST_STEPS) * step,
    );
    reader.finish();
    return { generation, historyClass, coordinates };
  });
}

/** Sixteen steps an octave, evenly spaced within it: exact in 32-bit floats. */
function stepOf(scale: number): number {
  let step = LEAST_STEP * (1 + (scale % SCALES_PER_OCTAVE) / SCALES_PER_OCTAVE);
  for (let octave = Math.floor(scale / SCALES_PER_OCTAVE); octave > 0; octave -= 1) step *= 2;
  return step;
}

/** The least that holds the largest coordinate. */
function scaleFor(least: number): number {
  let scale = 0;
  while (scale < SCALES - 1 && stepOf(scale) < least) scale += 1;
  return scale;
}
