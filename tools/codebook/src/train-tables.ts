import type { Codebook, SymbolTable } from '@omega-tv/embedding-codec';
import {
  CodecContext,
  codebookLayout,
  costTables,
  createTrellis,
  DownloadQuantizer,
  TrellisSearch,
  UNSCALED,
} from '@omega-tv/embedding-codec/training';
import { exactExp } from './exact-exp.js';
import { toFrequencies } from './frequencies.js';
import { createTrainingRandom } from './training-random.js';
import type { Progress, TrainingSet } from './training-set.js';

const { CENTRAL_CLASS, CENTROIDS_PER_STEP } = codebookLayout;
export const MAX_SYMBOL = 20;
export const SIGMA_CLASSES = 33;
const ENTRIES = 2 * MAX_SYMBOL + 1;
const ROUNDS = 5;
/** About 100, 80, 64, 50 and 35 bytes a vector. */
const STEPS = [0.0145, 0.019, 0.0247, 0.032, 0.043];
/** What the first guess is worth, in symbols seen. */
const PRIOR_SYMBOLS = 20;
/** A centroid moves once its symbol was seen this often. */
const CENTROID_SYMBOLS = 4;
const FLOOR = 0.02;

/** Symbols seen and the values behind them, of one quantiser and class. */
interface Tally {
  readonly seen: Float64Array;
  readonly sums: Float64Array;
}

/** Gaussian tables, before anything was seen. */
export function initialTables(): SymbolTable[][] {
  return [0, 1].map((quantizer) =>
    Array.from({ length: SIGMA_CLASSES }, (_, sigmaClass) => {
      const sigma = exactExp(((sigmaClass - CENTRAL_CLASS) / 4) * 0.6931471805599453);
      const centroids = Float64Array.from({ length: ENTRIES }, (_, i) => {
        const symbol = i - MAX_SYMBOL;
        return 2 * symbol - quantizer * Math.sign(symbol);
      });
      const weights = centroids.map((point) => {
        let weight = 0;
        for (let offset = -1; offset < 1; offset += 0.25) {
          const z = (point + offset) / sigma;
          weight += exactExp(Math.max(-700, (-z * z) / 2)) + 1e-9;
        }
        return weight;
      });
      return { frequencies: toFrequencies(weights), centroids };
    }),
  );
}

/** Learns tables in rounds of encode, count, recentre on a weighted sample of the training set. */
export function trainTables(
  draft: Codebook,
  set: TrainingSet,
  samples: number,
  progress: Progress,
): SymbolTable[][] {
  const context = new CodecContext(draft);
  const trellis = createTrellis(draft.trellis);
  const search = new TrellisSearch(trellis, set.dimension);
  const residuals = drawSample(set, samples).map((row) => {
    const coordinates = context.transform.forward(row);
    const means = context.classes.coordinates(context.classes.nearest(coordinates));
    return coordinates.map((value, axis) => value - (means[axis] ?? 0));
  });
  let tables = initialTables();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const tallies = tables.map((classes) => classes.map(createTally));
    for (const step of STEPS) {
      const quantizer = new DownloadQuantizer(draft, costTables(tables), trellis, search, step);
      for (const residual of residuals) {
        const { symbols } = quantizer.quantize(residual, UNSCALED);
        quantizer.observe(residual, symbols, UNSCALED, (which, sigmaClass, symbol, value) => {
          const tally = tallies[which]?.[sigmaClass];
          if (tally !== undefined) count(tally, symbol, value);
        });
      }
    }
    tables = tables.map((classes, which) =>
      classes.map((table, sigmaClass) => learn(table, tallies[which]?.[sigmaClass])),
    );
    progress(`tables, round ${round} of ${ROUNDS}`);
  }
  return tables;
}

function createTally(): Tally {
  return { seen: new Float64Array(ENTRIES), sums: new Float64Array(ENTRIES) };
}

/** Counts a symbol and, since signs carry nothing, its mirror image. */
function count({ seen, sums }: Tally, symbol: number, value: number): void {
  if (Math.abs(symbol) > MAX_SYMBOL) return;
  for (const sign of [1, -1]) {
    const entry = MAX_SYMBOL + sign * symbol;
    seen[entry] = (seen[entry] ?? 0) + 1;
    sums[entry] = (sums[entry] ?? 0) + sign * value;
  }
}

function learn(table: SymbolTable, tally = createTally()): SymbolTable {
  const { seen, sums } = tally;
  const expected = table.frequencies.reduce((sum, value) => sum + value, 0);
  const weights = seen.map(
    (times, i) => times + (PRIOR_SYMBOLS * (table.frequencies[i] ?? 0)) / expected + FLOOR,
  );
  const centroids = table.centroids.map((centroid, i) => {
    const times = seen[i] ?? 0;
    if (times <= CENTROID_SYMBOLS) return centroid;
    const moved = ((sums[i] ?? 0) + centroid * CENTROID_SYMBOLS) / (times + CENTROID_SYMBOLS);
    return Math.round(moved * CENTROIDS_PER_STEP) / CENTROIDS_PER_STEP;
  });
  return { frequencies: toFrequencies(weights), centroids };
}

function drawSample({ rows, weights }: TrainingSet, samples: number): Float32Array[] {
  const random = createTrainingRandom(2);
  const upTo: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    upTo.push(total);
  }
  return Array.from({ length: samples }, () => {
    const place = random() * total;
    let [low, high] = [0, rows.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    return rows[low] ?? new Float32Array();
  });
}
