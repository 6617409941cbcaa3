import { CodecError } from './errors.js';
import { SCALE_COUNT, stepOfIndex, UNSCALED } from './step-grid.js';
import { AdaptiveModel } from './symbols.js';

/** Least squared error, or unbiased so that averages over many encodings converge. */
export type CodecMode = 'download' | 'upload';

/** The first bytes of a message: version, mode, step and, in upload mode, the dither's seed. */
export interface MessageHeader {
  readonly mode: CodecMode;
  readonly stepIndex: number;
  /** 32 bits; 0 in download mode. */
  readonly seed: number;
}

const HEADER_BYTES = { download: 2, upload: 6 } as const;

/** Writes a header: 2 bits version (0), 1 bit mode, 1 bit zero, 12 bits step, 32 bits seed. */
export function headerToBytes({ mode, stepIndex, seed }: MessageHeader): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES[mode]);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, (mode === 'upload' ? 0x2000 : 0) | stepIndex);
  if (mode === 'upload') view.setUint32(2, seed);
  return bytes;
}

/** @throws CodecError `invalid-message`. */
export function splitMessage(bytes: Uint8Array): readonly [MessageHeader, Uint8Array] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = bytes.length < 2 ? 0xffff : view.getUint16(0);
  const mode = word & 0x2000 ? 'upload' : 'download';
  const length = HEADER_BYTES[mode];
  if ((word & 0xd000) !== 0 || bytes.length < length) {
    throw new CodecError(
      'invalid-message',
      'The message does not start with a header of version 0.',
    );
  }
  const seed = mode === 'upload' ? view.getUint32(2) : 0;
  return [{ mode, stepIndex: word & 0xfff, seed }, bytes.subarray(length)];
}

/** The quantiser's step of a message. @throws CodecError `invalid-message`. */
export function stepOfMessage(bytes: Uint8Array): number {
  return stepOfIndex(splitMessage(bytes)[0].stepIndex);
}

/** The mode of a message. @throws CodecError `invalid-message`. */
export function modeOfMessage(bytes: Uint8Array): CodecMode {
  return splitMessage(bytes)[0].mode;
}

/** How a vector's length is sent. */
export const NormKind = { unit: 0, near: 1, far: 2, zero: 3 } as const;

/** What a vector is predicted from. */
export const PredictionKind = {
  classMean: 0,
  scaledClassMean: 1,
  reference: 2,
  earlier: 3,
} as const;

/** A vector can be predicted from this many before it. */
export const WINDOW = 64;

/** What the message teaches about itself, vector by vector. */
export interface MessageModels {
  readonly norm: AdaptiveModel;
  readonly kind: AdaptiveModel;
  readonly scale: AdaptiveModel;
}

/** The models at the start of a message. */
export function createMessageModels(references: number): MessageModels {
  const kinds = references > 0 ? [8, 1, 16, 3] : [28, 1, 0, 3];
  const scales = Array.from({ length: SCALE_COUNT }, (_, scale) => {
    const distance = Math.abs(scale - UNSCALED - 4);
    return distance <= 1 ? 8 : distance <= 3 ? 4 : 1;
  });
  return {
    norm: new AdaptiveModel([250, 4, 1, 1], 24),
    kind: new AdaptiveModel(kinds, 6),
    scale: new AdaptiveModel(scales, 8),
  };
}
