import {
  Codecs,
  createV2Format,
  decodeAnswerFrame,
  decodeSnapshotFrame,
  type AnswerFrame,
  type Snapshot,
} from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createRandom } from '@omega-tv/seeded-random';
import type { PatternData, SyncDelta } from '@omega-tv/types';
import type { ConstellationOptions } from '../../src/index.js';
import { deltaOf, serve, type TestServer } from '../support.js';

const codec = createMiniLmCodec();
export const codecs = new Codecs([codec]);
export const snapshots = { codecs: [codec] } as const;
export const format = createV2Format({ codecs: [codec], random: createRandom('v2 tests') });

/** A server that speaks frames, on a free port until the test ends. */
export function serveFrames(options: Partial<ConstellationOptions> = {}): Promise<TestServer> {
  return serve({ snapshots, ...options });
}

export interface FrameAnswer extends AnswerFrame {
  readonly status: number;
  readonly bytes: number;
}

/** Pushes as a TV does that holds `base`. */
export async function pushFrame(
  url: string,
  delta: SyncDelta,
  { base, headers = {} }: { base?: Snapshot; headers?: Record<string, string> } = {},
): Promise<FrameAnswer> {
  const { bytes } = await format.encodeDelta(delta, base === undefined ? {} : { base });
  const response = await postFrame(url, bytes, headers);
  const body = new Uint8Array(await response.arrayBuffer());
  return { ...decodeAnswerFrame(body), status: response.status, bytes: body.length };
}

export function postFrame(
  url: string,
  body: Uint8Array,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/api/v1/sync`, {
    method: 'POST',
    headers: { 'content-type': format.mediaType, accept: format.accept, ...headers },
    body: Uint8Array.from(body),
  });
}

/** The snapshot that an answer makes for a TV that holds `base`. */
export function snapshotOf(answer: AnswerFrame, base?: Snapshot): Snapshot {
  if (answer.snapshot === undefined) throw new Error('the answer has no snapshot');
  return decodeSnapshotFrame(codecs, answer.snapshot, base);
}

export function placedDelta(
  deviceId: string,
  seq: number,
  ...patterns: readonly PatternData[]
): SyncDelta {
  return { ...deltaOf(deviceId, ...patterns), position: { deviceEpoch: 7, seq } };
}
