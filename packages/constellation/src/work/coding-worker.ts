import { workerData } from 'node:worker_threads';
import {
  createEmbeddingCodec,
  type Codebook,
  type EmbeddingCodec,
} from '@omega-tv/embedding-codec';
import { Codecs, openDeltaFrame, type Snapshot } from '@omega-tv/compression';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { isSyncError, type SyncDelta, type SyncError } from '@omega-tv/types';
import {
  workOutPublication,
  type PublicationJob,
  type PublicationResult,
} from './publication-work.js';

/** What a worker starts with. */
export interface WorkerData {
  /** The first is published with. None where the server speaks v1 only. */
  readonly codebooks: readonly Codebook[];
}

/** A frame whose embeddings are to be decoded. */
export interface DecodeJob {
  readonly frame: Uint8Array;
  /** What it is predicted from, where it is. */
  readonly base?: Snapshot;
  readonly maxPatterns: number;
}

/** A result, or why there is none, as it can be handed from thread to thread. */
export type WorkerOutcome<Result> =
  | { readonly result: Result }
  | { readonly error: Pick<SyncError, 'code' | 'message' | 'details' | 'retryable'> };

const { codebooks } = workerData as WorkerData;
const codecs = codebooks.map(createEmbeddingCodec);
const [codec] = codecs;
const format = createNodeV1Format();

/** All threads of a pool meet here, once each is loaded. */
export interface Meeting {
  readonly arrived: SharedArrayBuffer;
  readonly threads: number;
}

/** Returns when as many threads as the pool has are loaded: each takes one such task, and keeps it. */
export function meet({ arrived, threads }: Meeting): void {
  const count = new Int32Array(arrived);
  Atomics.add(count, 0, 1);
  Atomics.notify(count, 0);
  for (let here = Atomics.load(count, 0); here < threads; here = Atomics.load(count, 0)) {
    Atomics.wait(count, 0, here);
  }
}

export function decode({ frame, base, maxPatterns }: DecodeJob): WorkerOutcome<SyncDelta> {
  try {
    const known = new Codecs(codecs as [EmbeddingCodec, ...EmbeddingCodec[]]);
    const { decode: read } = openDeltaFrame(known, frame);
    return { result: read({ findBase: () => base, unbiased: true, maxPatterns }) };
  } catch (error) {
    return { error: toError(error) };
  }
}

export async function publish(job: PublicationJob): Promise<WorkerOutcome<PublicationResult>> {
  try {
    return { result: await workOutPublication(job, { codec, format }) };
  } catch (error) {
    return { error: toError(error) };
  }
}

function toError(error: unknown): Pick<SyncError, 'code' | 'message' | 'details' | 'retryable'> {
  if (!isSyncError(error)) throw error;
  const { code, message, details, retryable } = error;
  return { code, message, details, retryable };
}
