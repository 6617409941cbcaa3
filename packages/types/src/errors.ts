import type { SyncWindow } from './receipt.js';

/**
 * What each error code carries. The codes are a closed set: a `switch` over
 * `error.code` can be exhaustive.
 */
export interface SyncErrorDetails {
  /** JSON or a record that could not be read or written. */
  readonly serialization: { readonly path?: string };
  /** A compressed body that is not what its format allows. */
  readonly compression: { readonly offsetBytes?: number };
  /** The request failed on its way, or the server answered with an error status. */
  readonly http: { readonly reason: HttpFailure; readonly status?: number };
  /** A setting that cannot work; nothing was sent. */
  readonly 'invalid-config': { readonly field: string };
  /** The other side answered something that the protocol does not allow. */
  readonly protocol: { readonly path?: string };
  /** The two sides name different versions. */
  readonly 'version-conflict': { readonly local: number; readonly remote: number };
  /** A body above its cap. `size` is the least size known when the check stopped. Bytes. */
  readonly 'compression-limit': { readonly size: number; readonly limit: number };
  /** A pattern that breaks a rule; `path` names it and its field. */
  readonly 'invalid-pattern': {
    readonly path: string;
    /** Undefined where it is missing, or an object or array. */
    readonly value: unknown;
    readonly limit: string;
  };
}

export type SyncErrorCode = keyof SyncErrorDetails;

/** Why a request failed, for `code: 'http'`. */
export type HttpFailure =
  | 'dns'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'tls'
  | 'network'
  | 'redirect'
  /** A page where data was expected: most likely the login page of the network. */
  | 'portal'
  /** The host's credentials hook gave no token. */
  | 'credentials'
  | 'client-error'
  | 'server-error';

export interface SyncErrorOptions {
  readonly cause?: unknown;
  /** Whether the same call may succeed later without a change. Default: false. */
  readonly retryable?: boolean;
  /** The least wait before a retry, where the server named one. Milliseconds. */
  readonly retryAfterMs?: number;
  /** When the server wants this TV back, where it said so. */
  readonly window?: SyncWindow;
}

/** Every failure of the packages, told apart by `code`. */
export class SyncError<Code extends SyncErrorCode = SyncErrorCode> extends Error {
  override readonly name = 'SyncError';
  readonly code: Code;
  readonly details: SyncErrorDetails[Code];
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly window: SyncWindow | undefined;

  constructor(
    code: Code,
    message: string,
    details: SyncErrorDetails[Code],
    options: SyncErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.details = details;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.window = options.window;
  }
}

/** True when `error` is a SyncError, and of this code where one is given. */
export function isSyncError<Code extends SyncErrorCode = SyncErrorCode>(
  error: unknown,
  code?: Code,
): error is SyncError<Code> {
  return error instanceof SyncError && (code === undefined || error.code === code);
}
