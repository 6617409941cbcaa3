import { plural } from '@omega-tv/command-line';
import { parseCodebook, type VectorSpace } from '@omega-tv/embedding-codec';
import type { TrellisCode } from '@omega-tv/embedding-codec/training';
import { eigensystem } from './eigen.js';
import { toFrequencies } from './frequencies.js';
import { secondMoment, weightedMean } from './second-moment.js';
import { trainClassMeans } from './train-class-means.js';
import { initialTables, trainTables } from './train-tables.js';
import type { Progress, TrainingSet } from './training-set.js';
import { roundBasis, writeCodebook } from './write-codebook.js';

/** What a codebook is trained to be. */
export interface TrainingOptions {
  readonly space: VectorSpace;
  readonly classes: number;
  /** One of TRELLIS_STATES. */
  readonly states: number;
  /** Rows drawn to train the tables. */
  readonly samples: number;
}

/** Ungerboeck's parity-check polynomials, and the measured gain of each dithered code in dB / 10. */
const TRELLISES: ReadonlyMap<number, TrellisCode & { readonly ditherGain: number }> = new Map(
  [
    { states: 4, h0: 0o5, h1: 0o2, ditherGain: 1.2445 },
    { states: 8, h0: 0o13, h1: 0o4, ditherGain: 1.2735 },
    { states: 16, h0: 0o23, h1: 0o4, ditherGain: 1.2972 },
    { states: 32, h0: 0o45, h1: 0o10, ditherGain: 1.3183 },
    { states: 64, h0: 0o103, h1: 0o24, ditherGain: 1.3335 },
    { states: 128, h0: 0o235, h1: 0o126, ditherGain: 1.3459 },
    { states: 256, h0: 0o515, h1: 0o362, ditherGain: 1.3552 },
  ].map((trellis) => [trellis.states, trellis]),
);

/** The sizes of trellis that there are. */
export const TRELLIS_STATES: readonly number[] = [...TRELLISES.keys()];

/** Three dimensions of MiniLM are exactly empty; no variance may be. */
const VARIANCE_FLOOR = 2e-6;
/** Rows added to every class, so that none becomes impossible. */
const CLASS_FLOOR = 20;

/** Trains a codebook. The same set and options give the same bytes on every machine. */
export function trainCodebook(
  set: TrainingSet,
  options: TrainingOptions,
  progress: Progress,
): Uint8Array {
  const trellis = TRELLISES.get(options.states);
  if (trellis === undefined) {
    throw new RangeError(`A trellis has ${TRELLIS_STATES.join(', ')} states.`);
  }
  const { dimension } = set;
  progress(`${plural(set.rows.length, 'vector')} of ${plural(dimension, 'coordinate')}`);
  const mean = weightedMean(set);
  const overall = eigensystem(
    secondMoment(set, () => mean),
    dimension,
    (sweep) => {
      progress(`axes of all vectors, sweep ${sweep}`);
    },
  );
  const classes = trainClassMeans(set, mean, overall, options.classes, progress);
  const within = secondMoment(set, (row) => classes.means[classes.classOfRow[row] ?? 0] ?? mean);
  const { values, axes } = eigensystem(within, dimension, (sweep) => {
    progress(`axes within the classes, sweep ${sweep}`);
  });

  const basis = roundBasis(axes, dimension);
  const rounded = Float64Array.from(
    basis.values,
    (value, i) => value * (basis.scales[Math.floor(i / dimension)] ?? 0),
  );
  const draft = {
    space: options.space,
    trellis,
    ditherGain: trellis.ditherGain,
    basis,
    variances: values.map((value) => Math.max(value, VARIANCE_FLOOR)),
    classMeans: classes.means.map((vector) => multiply(rounded, vector)),
    classFrequencies: toFrequencies(classes.weights.map((weight) => weight + CLASS_FLOOR)),
    tables: initialTables(),
  };
  const tables = trainTables(parseCodebook(writeCodebook(draft)), set, options.samples, progress);
  return writeCodebook({ ...draft, tables });
}

function multiply(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  return vector.map((_, row) =>
    vector.reduce((sum, value, i) => sum + (matrix[row * size + i] ?? 0) * value, 0),
  );
}
