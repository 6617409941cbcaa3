import type { CodecContext } from './codec-context.js';
import { CodecError } from './errors.js';
import {
  createMessageModels,
  NormKind,
  PredictionKind,
  splitMessage,
  WINDOW,
} from './message-format.js';
import { RangeDecoder } from './range-decoder.js';
import { SCALE_COUNT, UNSCALED } from './step-grid.js';
import { decodeUniform } from './symbols.js';
import { toFloat32 } from './to-float32.js';
import { decodeNorm, normValue } from './vector-norm.js';

/** What a decoder must be told. */
export interface DecodeOptions {
  /** How many vectors the message holds. */
  readonly count: number;
  /** The vectors that the encoder was given, in the same order. */
  readonly references?: readonly ArrayLike<number>[];
  /**
   * For whoever adds up many uploads: no shrinkage, so that the average over encodings is right.
   * Without it every vector is the best single guess. Makes no difference in download mode.
   */
  readonly unbiased?: boolean;
}

/** Decodes a message. @throws CodecError `invalid-message`. */
export function decodeMessage(
  context: CodecContext,
  bytes: Uint8Array,
  { count, references = [], unbiased = false }: DecodeOptions,
): Float32Array[] {
  const [header, body] = splitMessage(bytes);
  const quantizer = context.quantizer(header);
  const models = createMessageModels(references.length);
  const coder = new RangeDecoder(body);
  /** Those in the window, the latest first; who sums uploads needs few of them, so each waits. */
  const earlier: (() => Float64Array)[] = [];
  const decoded: Float32Array[] = [];
  for (let index = 0; index < count; index += 1) {
    const norm = decodeNorm(coder, models.norm.decode(coder));
    if (norm.kind === NormKind.zero) {
      decoded.push(new Float32Array(context.dimension));
      continue;
    }
    const { prediction, scale } = readPrediction();
    const residual = quantizer.reconstruct(quantizer.read(coder, scale, index), scale, index);
    const best = once(() => add(prediction, residual.best()));
    earlier.unshift(best);
    if (earlier.length > WINDOW) earlier.pop();
    const vector = unbiased ? add(prediction, residual.unbiased) : best();
    decoded.push(toFloat32(vector, normValue(norm)));
  }
  coder.finish();
  return decoded;

  function readPrediction(): { prediction: ArrayLike<number>; scale: number } {
    const kind = models.kind.decode(coder);
    if (kind === PredictionKind.classMean) {
      return { prediction: context.classes.vector(context.classes.read(coder)), scale: UNSCALED };
    }
    const scale = Math.min(models.scale.decode(coder), SCALE_COUNT - 1);
    if (kind === PredictionKind.scaledClassMean) {
      return { prediction: context.classes.vector(context.classes.read(coder)), scale };
    }
    if (kind === PredictionKind.reference && references.length > 0) {
      return { prediction: references[decodeUniform(coder, references.length)] ?? [], scale };
    }
    if (kind === PredictionKind.reference || earlier.length === 0) {
      throw new CodecError(
        'invalid-message',
        'A vector refers to an earlier one, but is the first.',
      );
    }
    return { prediction: earlier[decodeUniform(coder, earlier.length)]?.() ?? [], scale };
  }

  function add(prediction: ArrayLike<number>, residual: Float64Array): Float64Array {
    const vector = new Float64Array(prediction);
    context.transform.addInverse(residual, vector);
    return vector;
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
