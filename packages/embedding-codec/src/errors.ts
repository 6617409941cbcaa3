/**
 * Why the codec refused:
 * - `invalid-codebook`: the bytes are no codebook of this version;
 * - `unknown-codebook`: a stream was coded with another codebook;
 * - `invalid-vector`: wrong dimension, NaN or infinity;
 * - `invalid-message`: the bytes are no message of this codec, or a damaged one;
 * - `budget-too-small`: not even the coarsest step fits;
 * - `invalid-option`: a setting of the caller's cannot work; `field` names it.
 */
export type CodecErrorCode =
  | 'invalid-codebook'
  | 'unknown-codebook'
  | 'invalid-vector'
  | 'invalid-message'
  | 'budget-too-small'
  | 'invalid-option';

/** The one error class of the package. */
export class CodecError extends Error {
  override readonly name = 'CodecError';

  constructor(
    readonly code: CodecErrorCode,
    message: string,
    /** The option that is wrong, for `invalid-option`. */
    readonly field?: string,
  ) {
    super(message);
  }
}

/** Whether `error` is a CodecError, with this code where one is named. */
export function isCodecError(error: unknown, code?: CodecErrorCode): error is CodecError {
  return error instanceof CodecError && (code === undefined || error.code === code);
}
