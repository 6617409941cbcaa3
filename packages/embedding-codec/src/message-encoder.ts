import type { CodecContext } from './codec-context.js';
import {
  createMessageModels,
  headerToBytes,
  NormKind,
  PredictionKind,
  WINDOW,
  type MessageHeader,
} from './message-format.js';
import type { PreparedVector } from './prepare-vector.js';
import { RangeEncoder } from './range-encoder.js';
import { LAMBDA, type QuantizedResidual, type ResidualQuantizer } from './residual-quantizer.js';
import { SCALE_COUNT, UNSCALED } from './step-grid.js';
import { encodeUniform } from './symbols.js';
import { toFloat32 } from './to-float32.js';
import { encodeNorm } from './vector-norm.js';
import { log2 } from './exact-math.js';

/** A message with what it decodes to. */
export interface CodedMessage {
  readonly bytes: Uint8Array;
  /** What the decoder makes of it: the best guess at each vector. */
  readonly decoded: readonly Float32Array[];
}

/** A vector as it is coded after those before it. */
export interface CodedVector {
  readonly candidate: Candidate;
  readonly symbols: Int32Array;
  /** What a decoder makes of it, over its length. */
  readonly best: Float64Array;
  readonly decoded: Float32Array;
}

/** One way to code a vector. */
interface Candidate {
  readonly kind: number;
  readonly prediction: ArrayLike<number>;
  /** What the prediction leaves, along the codebook's axes. */
  readonly residual: Float64Array;
  readonly scale: number;
  /** Class, or place among the references or the earlier vectors. */
  readonly choice: number;
  readonly choices: number;
  readonly sideBits: number;
  readonly forecastBits: number;
}

/** A forecast this much worse than the best one is not tried. */
const MAX_FORECAST_LOSS_BITS = 12;
/** An earlier vector is worth a look where it leaves less than this share of what the class does. */
const MAX_ENERGY_SHARE = 0.9;

/**
 * Codes prepared vectors at one step.
 * @param known the first of them as they were coded at this step before; the others are added.
 */
export function encodeMessage(
  context: CodecContext,
  vectors: readonly PreparedVector[],
  references: readonly ArrayLike<number>[],
  header: MessageHeader,
  known: CodedVector[] = [],
): CodedMessage {
  const quantizer = context.quantizer(header);
  const models = createMessageModels(references.length);
  const coder = new RangeEncoder();
  /** Those in the window, the latest first. */
  const earlier: Float64Array[] = [];
  const decoded: Float32Array[] = [];
  vectors.forEach((vector, index) => {
    models.norm.encode(coder, vector.norm.kind);
    encodeNorm(coder, vector.norm);
    if (vector.norm.kind === NormKind.zero) {
      decoded.push(new Float32Array(context.dimension));
      return;
    }
    const coded = (known[index] ??= code(vector, index));
    write(coded.candidate);
    quantizer.write(coder, coded.symbols, coded.candidate.scale, index);
    earlier.unshift(coded.best);
    if (earlier.length > WINDOW) earlier.pop();
    decoded.push(coded.decoded);
  });
  const [start, body] = [headerToBytes(header), coder.finish()];
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return { bytes, decoded };

  function code(vector: PreparedVector, index: number): CodedVector {
    const [candidate, { symbols }] = choose(vector, index);
    const best = new Float64Array(candidate.prediction);
    const residual = quantizer.reconstruct(symbols, candidate.scale, index);
    context.transform.addInverse(residual.best(), best);
    return { candidate, symbols, best, decoded: toFloat32(best, vector.normValue) };
  }

  function choose(vector: PreparedVector, index: number): [Candidate, QuantizedResidual] {
    const candidates = [
      ...classCandidates(vector),
      ...referenceCandidates(vector),
      ...earlierCandidates(vector),
    ];
    const bits = candidates.map(({ sideBits, forecastBits }) => sideBits + forecastBits);
    const fewest = Math.min(...bits);
    // Which prediction is taken must not depend on the dither, or the error would not be free of
    // the vector: upload mode goes by the forecast.
    const slack = header.mode === 'upload' ? 0 : MAX_FORECAST_LOSS_BITS;
    const tried = candidates.filter((_, i) => (bits[i] ?? 0) <= fewest + slack);
    let best: [Candidate, QuantizedResidual] | undefined;
    let bestCost = Infinity;
    for (const candidate of tried) {
      const quantized = quantizer.quantize(candidate.residual, candidate.scale, index);
      const cost = quantized.cost + LAMBDA * candidate.sideBits;
      if (best === undefined || cost < bestCost) [best, bestCost] = [[candidate, quantized], cost];
    }
    if (best === undefined) throw new RangeError('A vector without a class was prepared.');
    return best;
  }

  function classCandidates({ classIndex, classResidual }: PreparedVector): Candidate[] {
    const plain = PredictionKind.classMean;
    const common = {
      prediction: context.classes.vector(classIndex),
      residual: classResidual,
      choice: classIndex,
      choices: context.classes.count,
    };
    const classBits = context.classes.bits(classIndex);
    const forecastBits = quantizer.forecastBits(classResidual, UNSCALED);
    const sideBits = models.kind.bits(plain) + classBits;
    const unscaled = { ...common, kind: plain, scale: UNSCALED, sideBits, forecastBits };
    const scaled = withScale({ ...common, kind: PredictionKind.scaledClassMean }, classBits);
    // Cold vectors of the space hardly ever need a scale; a second search for it is wasted there.
    const needed = scaled.sideBits + scaled.forecastBits < sideBits + forecastBits;
    return needed ? [unscaled, scaled] : [unscaled];
  }

  function referenceCandidates(vector: PreparedVector): Candidate[] {
    return vector.nearReferences.map(({ index, residual }) => {
      const choices = references.length;
      const prediction = references[index] ?? [];
      const kind = PredictionKind.reference;
      return withScale({ kind, prediction, residual, choice: index, choices }, log2(choices));
    });
  }

  function earlierCandidates(vector: PreparedVector): Candidate[] {
    let [nearest, energy] = [-1, MAX_ENERGY_SHARE * vector.classEnergy];
    earlier.forEach((other, i) => {
      const distance = squaredDistance(vector.unit, other, energy);
      if (distance < energy) [nearest, energy] = [i, distance];
    });
    const prediction = earlier[nearest];
    if (prediction === undefined) return [];
    const residual = vector.residualTo(prediction);
    const kind = PredictionKind.earlier;
    const choices = earlier.length;
    return [withScale({ kind, prediction, residual, choice: nearest, choices }, log2(choices))];
  }

  function withScale(
    start: Omit<Candidate, 'scale' | 'sideBits' | 'forecastBits'>,
    choiceBits: number,
  ): Candidate {
    const [scale, forecastBits, scaleBits] = bestScale(quantizer, start.residual, models.scale);
    const sideBits = models.kind.bits(start.kind) + choiceBits + scaleBits;
    return { ...start, scale, sideBits, forecastBits };
  }

  function write({ kind, scale, choice, choices }: Candidate): void {
    models.kind.encode(coder, kind);
    if (kind !== PredictionKind.classMean) models.scale.encode(coder, scale);
    if (kind === PredictionKind.classMean || kind === PredictionKind.scaledClassMean) {
      context.classes.write(coder, choice);
    } else {
      encodeUniform(coder, choice, choices);
    }
  }
}

/** The scale of fewest bits, forecast and its own, found downhill from the trained variances. */
function bestScale(
  quantizer: ResidualQuantizer,
  residual: Float64Array,
  model: { bits(scale: number): number },
): [scale: number, forecastBits: number, scaleBits: number] {
  const forecast = (scale: number): number => quantizer.forecastBits(residual, scale);
  let [scale, bits] = [UNSCALED, forecast(UNSCALED)];
  for (const direction of [1, -1]) {
    for (let next = scale + direction; next >= 0 && next < SCALE_COUNT; next += direction) {
      const nextBits = forecast(next);
      if (nextBits >= bits) break;
      [scale, bits] = [next, nextBits];
    }
  }
  return [scale, bits, model.bits(scale)];
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>, limit: number): number {
  let sum = 0;
  for (let start = 0; start < a.length && sum < limit; start += 64) {
    const end = Math.min(start + 64, a.length);
    for (let i = start; i < end; i += 1) {
      const miss = (a[i] ?? 0) - (b[i] ?? 0);
      sum += miss * miss;
    }
  }
  return sum;
}
