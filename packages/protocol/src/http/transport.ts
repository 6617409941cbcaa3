export interface TransportRequest {
  readonly method: 'GET' | 'POST';
  /** Below the base URL, starting with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** From the first byte to the last. */
  readonly timeoutMs: number;
  /** An answer above this is abandoned while it arrives. */
  readonly maxResponseBytes: number;
  /** True where a server that gets the request twice counts it once. Default: false. */
  readonly isRepeatable?: boolean;
  readonly signal?: AbortSignal;
}

export interface TransportResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Where the answer came from, if the request was redirected; without query. */
  readonly redirectedTo?: string;
}

/** Carries requests to a Constellation. */
export interface Transport {
  /**
   * Resolves with the answer, whatever its status.
   * @throws SyncError `http` when none arrived, `compression-limit` when it is too large,
   * `compression` when its encoding cannot be read; the signal's reason when the signal was aborted.
   */
  request(request: TransportRequest): Promise<TransportResponse>;
}
