import {
  CAPABILITIES,
  GLOBAL_STREAM,
  SyncError,
  type Capability,
  type Receipt,
  type SyncWindow,
} from '@omega-tv/types';
import {
  decodeBatchFrame,
  encodeAnswerFrame,
  isBatchFrame,
  openDeltaFrame,
  type DeltaHeader,
  type OpenedDelta,
} from '@omega-tv/compression';
import { MAX_MARKS_PER_DEVICE } from '@omega-tv/federation';
import type { Caller } from './auth/caller.js';
import type { Decision } from './decision/decide.js';
import type { ReceivedPush } from './decision/decide-push.js';
import type { SnapshotWindow } from './snapshots/snapshot-window.js';

/** What this server can do. */
const SERVER_CAPABILITIES: readonly Capability[] = CAPABILITIES.filter((one) => one !== 'titles');

export interface FrameOptions {
  /** Answers with the receipt alone. */
  readonly minimal?: boolean;
  /** Default: nobody asked. */
  readonly caller?: Caller;
  /** Default: the Constellation's. */
  readonly syncWindow?: SyncWindow;
}

/** A body of frames, read as far as whose it is. */
export interface OpenedPush {
  readonly isBatch: boolean;
  /** Of its first delta. */
  readonly header: DeltaHeader;
  /** Whether the TV is of a release that reads more than the first one's answers. */
  readonly readsMore: boolean;
  /** Each opens one, when its turn has come. @throws SyncError for one that cannot be read. */
  readonly deltas: readonly (() => ReceivedPush)[];
}

/** @throws SyncError for a body, or a first delta, that cannot be read. */
export function openPush(
  window: SnapshotWindow,
  body: Uint8Array,
  newestVersion: number,
): OpenedPush {
  const isBatch = isBatchFrame(body);
  const [head, ...rest] = isBatch ? decodeBatchFrame(body) : [body];
  if (head === undefined)
    throw new SyncError('serialization', 'The batch is empty', { path: 'batch' });
  const first = openDeltaFrame(window.codecs, head);
  const { deviceId } = first.header;
  return {
    isBatch,
    header: first.header,
    readsMore: first.outline.capabilities !== undefined,
    deltas: [
      () => toReceived(first),
      ...rest.map((bytes) => () => {
        const opened = openDeltaFrame(window.codecs, bytes);
        if (opened.header.deviceId !== deviceId) throw otherDevice();
        return toReceived(opened);
      }),
    ],
  };

  function toReceived({ outline, decode }: OpenedDelta): ReceivedPush {
    return {
      outline,
      decode: () =>
        decode({
          findBase: (reference) => window.find(reference),
          newestVersion,
          unbiased: true,
          maxPatterns: MAX_MARKS_PER_DEVICE,
        }),
    };
  }
}

function otherDevice(): SyncError {
  const message = 'A batch holds the deltas of one device; send those of another one apart';
  return new SyncError('serialization', message, { path: 'batch' });
}

export interface AnswerContext {
  readonly window: SnapshotWindow;
  readonly syncWindow: SyncWindow;
  readonly serverEpoch: string;
  readonly serverTimeMs: number;
  readonly isMinimal: boolean;
}

/** The answer to what was decided: the last receipt, or all of a batch, and what the TV lacks. */
export function answerPush(
  push: OpenedPush,
  decisions: readonly [Decision, ...Decision[]],
  context: AnswerContext,
): Uint8Array {
  const { window, syncWindow, serverEpoch, serverTimeMs, isMinimal } = context;
  const { base } = push.header;
  const snapshot = isMinimal ? undefined : window.frameOfNewest(base && window.find(base));
  const [first] = decisions;
  const last = decisions[decisions.length - 1] ?? first;
  const receipt: Receipt = {
    serverEpoch,
    ...last.receipt,
    ...(push.readsMore ? { standing: { ...first.standing, serverTimeMs } } : {}),
    ...(push.isBatch ? { batch: decisions.map((one) => one.receipt) } : {}),
  };
  return encodeAnswerFrame({
    receipt,
    window: syncWindow,
    current: window.newest ?? NOTHING_PUBLISHED,
    ...(push.readsMore ? { capabilities: SERVER_CAPABILITIES } : {}),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
}

/** What is named before the first publication. */
const NOTHING_PUBLISHED = { stream: GLOBAL_STREAM, version: 0, hash: '0'.repeat(16) };
