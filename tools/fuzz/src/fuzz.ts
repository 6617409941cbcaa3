import { isCodecError } from '@omega-tv/embedding-codec';
import { isSyncError } from '@omega-tv/types';
import type { Target } from './targets.js';

export interface FuzzResult {
  readonly read: number;
  readonly refused: number;
  readonly slowestMs: number;
}

/** An input that made a decoder do anything but return or refuse. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';

  constructor(target: string, input: Uint8Array, cause: unknown) {
    super(`${target}: ${String(cause)}, for ${Buffer.from(input).toString('hex')}`, { cause });
  }
}

/** @throws FuzzFailure at the first input that is neither read nor refused. */
export function fuzz({ name, decode, draw }: Target, runs: number): FuzzResult {
  let [read, refused, slowestMs] = [0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const input = draw();
    const startMs = performance.now();
    try {
      decode(input);
      read += 1;
    } catch (error) {
      const isRefusal = name === 'codec message' ? isCodecError(error) : isSyncError(error);
      if (!isRefusal) throw new FuzzFailure(name, input, error);
      refused += 1;
    }
    slowestMs = Math.max(slowestMs, performance.now() - startMs);
  }
  return { read, refused, slowestMs };
}
