import { setTimeout } from 'node:timers/promises';

/** Waits; injected, so that tests need not. Ends early where the signal is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>;

export const waitForReal: Wait = async (ms, signal) => {
  try {
    await setTimeout(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};

const TICKS_PER_SECOND = 10;

/** Bytes in the pieces that a line of this rate carries, each a tenth of a second long. */
export function* piecesAt(bitsPerSecond: number, bytes: Buffer): Generator<Buffer> {
  const size = Math.max(1, Math.floor(bitsPerSecond / 8 / TICKS_PER_SECOND));
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** How long a piece takes at this rate. */
export function durationMs(bitsPerSecond: number, bytes: number): number {
  return (bytes * 8 * 1000) / bitsPerSecond;
}
