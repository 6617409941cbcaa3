import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { averageEncodings, measureBias, type Averages, type Bias } from './averages.js';
import { boundOf, unbiasedError, type GaussianBound } from './bound.js';
import { measureFrames, type FrameRow } from './frames/measure-frames.js';
import { measureCloseReferences, type CloseReferenceRow } from './close-references.js';
import { budgetMethod, fixedStepMethod } from './codec-methods.js';
import { productQuantization, rotatedGrid } from './learned-methods.js';
import { measure, type Measurement } from './measure.js';
import type { Method } from './method.js';
import { float16Method, integerMethod, jsonMethod } from './plain-methods.js';
import {
  DOWNLOAD_STEP,
  measureSpeed,
  measureSpeedWithoutJit,
  plainLoopMethods,
  type SpeedRow,
  UPLOAD_STEP,
} from './speed.js';
import { loadTraining } from './unseen.js';

const DOWNLOAD_BUDGETS = [16, 24, 32, 48, 64, 96, 128, 192];
const UPLOAD_BUDGETS = [32, 48, 72, 96, 128, 192];
const AVERAGED_TITLES = 12;
const BIAS_ENCODINGS = 10_000;
const SPEED_VECTORS = 64;
const SPEED_ROUNDS = 7;

/** Everything that the bench measures. */
export interface Report {
  readonly ways: {
    readonly plain: readonly Measurement[];
    readonly learned: readonly Measurement[];
    readonly download: readonly Measurement[];
    readonly upload: readonly Measurement[];
    readonly smallMessages: readonly Measurement[];
  };
  readonly bound: GaussianBound;
  readonly averages: readonly Averages[];
  /** Squared error that unbiased encoders leave at least at the size of the upload above. */
  readonly averagedErrorBound: number;
  readonly bias: Bias;
  readonly closeReferences: readonly CloseReferenceRow[];
  readonly speed: readonly SpeedRow[];
  readonly speedWithoutJit: readonly SpeedRow[];
  readonly frames: readonly FrameRow[];
}

/** Measures all of it; `progress` hears what is under way. */
export async function createReport(
  codec: EmbeddingCodec,
  unseen: readonly Float32Array[],
  progress: (what: string) => void,
): Promise<Report> {
  const training = loadTraining();
  const all = async (methods: readonly (() => Method)[]): Promise<readonly Measurement[]> => {
    const rows: Measurement[] = [];
    for (const create of methods) {
      const method = create();
      progress(method.name);
      rows.push(await measure(method, unseen));
    }
    return rows;
  };
  progress('speed');
  const few = unseen.slice(0, SPEED_VECTORS);
  const speed = await measureSpeed(codec, few, SPEED_ROUNDS, plainLoopMethods());
  progress('speed without JIT');
  const speedWithoutJit = await measureSpeedWithoutJit();
  const ways = {
    plain: await all([
      () => jsonMethod(),
      ...[0.01, 0.02, 0.05].map((grid) => () => jsonMethod(grid)),
      () => float16Method,
      () => integerMethod(8),
      () => integerMethod(4),
    ]),
    learned: await all([
      ...[2, 1].map((bits) => () => rotatedGrid(384, bits)),
      ...[32, 64, 128].map((parts) => () => productQuantization(training, parts)),
    ]),
    download: await all(
      DOWNLOAD_BUDGETS.map((bytes) => () => budgetMethod(codec, 'download', bytes, Infinity)),
    ),
    upload: await all(
      UPLOAD_BUDGETS.map((bytes) => () => budgetMethod(codec, 'upload', bytes, Infinity)),
    ),
    smallMessages: await all([
      () => budgetMethod(codec, 'download', 64, 10),
      () => budgetMethod(codec, 'download', 64, 1),
      () => budgetMethod(codec, 'upload', 72, 10),
      () => fixedStepMethod(codec, 'download', DOWNLOAD_STEP),
      () => fixedStepMethod(codec, 'upload', UPLOAD_STEP),
    ]),
  };
  const bound = boundOf(codec, unseen);
  progress('frames, on what simulated viewers teach');
  const frames = await measureFrames(codec);
  progress('averages');
  const averaged = unseen.slice(0, AVERAGED_TITLES);
  const averages = [
    averageEncodings(codec, averaged, 'download', DOWNLOAD_STEP),
    averageEncodings(codec, averaged, 'upload', UPLOAD_STEP),
  ];
  const averagedErrorBound = unbiasedError(bound, averages[1]?.bytes ?? 0);
  progress(`bias of ${BIAS_ENCODINGS} encodings`);
  const bias = measureBias(
    codec,
    averaged[averaged.length - 1] ?? new Float32Array(),
    BIAS_ENCODINGS,
    UPLOAD_STEP,
  );
  progress('close references');
  const closeReferences = measureCloseReferences(codec, unseen);
  return {
    ways,
    bound,
    averages,
    averagedErrorBound,
    bias,
    closeReferences,
    speed,
    speedWithoutJit,
    frames,
  };
}
