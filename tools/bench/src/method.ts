/** A way to send vectors. */
export interface Method {
  readonly name: string;
  /** Codes the vectors, as one message or each alone. */
  encode(vectors: readonly Float32Array[]): Promise<readonly Uint8Array[]> | readonly Uint8Array[];
  decode(
    messages: readonly Uint8Array[],
    count: number,
  ): Promise<readonly Float32Array[]> | readonly Float32Array[];
}
