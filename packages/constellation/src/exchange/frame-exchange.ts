import {
  CAPABILITIES,
  GLOBAL_STREAM,
  SyncError,
  type Receipt,
  type SyncWindow,
} from '@omega-tv/types';
import {
  decodeBatchFrame,
  encodeAnswerFrame,
  isBatchFrame,
  openDeltaFrame,
  type DeltaHeader,
  type DeltaOutline,
  type OpenedDelta,
  type TitleList,
} from '@omega-tv/compression';
import type { Caller } from '../auth/caller.js';
import type { Decision } from '../decision/decide.js';
import type { ReceivedPush } from '../decision/decide-push.js';
import { REQUEST_LIMITS } from '../decision/request-limits.js';
import type { SnapshotWindow } from '../publish/snapshot-window.js';
import { fillAnswer } from './fill-answer.js';

/** Patterns that take two milliseconds to decode; to hand fewer to another thread costs more than it saves. */
const LONG_PATTERNS = 12;
/** What an answer takes, where its TV reads titles. */
const ANSWER_BYTES = 5120;

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
  /** What the TV can do and holds, from the same; no capabilities at all in the first release. */
  readonly outline: Pick<DeltaOutline, 'capabilities' | 'heldTitles'>;
  /** Each opens one, when its turn has come. @throws SyncError for one that cannot be read. */
  readonly deltas: readonly (() => ReceivedPush)[];
}

/**
 * Whose deltas a body of frames holds, as its first says.
 * @throws SyncError for a body, or a first delta, that cannot be read.
 */
export function deviceIdOfFrames(window: SnapshotWindow, body: Uint8Array): string {
  return openPush(window, body, 0).header.deviceId;
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
    outline: first.outline,
    deltas: [
      () => toReceived(first, head),
      ...rest.map((bytes) => () => {
        const opened = openDeltaFrame(window.codecs, bytes);
        if (opened.header.deviceId !== deviceId) throw otherDevice();
        return toReceived(opened, bytes);
      }),
    ],
  };

  function toReceived({ header, outline, decode }: OpenedDelta, frame: Uint8Array): ReceivedPush {
    const { maxPatterns } = REQUEST_LIMITS;
    const base = header.base && window.find(header.base);
    const received = {
      outline,
      decode: () =>
        decode({
          findBase: (reference) => window.find(reference),
          newestVersion,
          unbiased: true,
          maxPatterns,
        }),
    };
    const isLong = outline.patterns.length >= LONG_PATTERNS;
    // A base that is not known is said at once.
    if (!isLong || (header.base !== undefined && base === undefined)) return received;
    const job = { frame, maxPatterns, ...(base === undefined ? {} : { base }) };
    return { ...received, decodeOn: (workers) => workers.decode(job) };
  }
}

function otherDevice(): SyncError {
  const message = 'A batch holds the deltas of one device; send those of another one apart';
  return new SyncError('serialization', message, { path: 'batch' });
}

export interface AnswerContext {
  readonly window: SnapshotWindow;
  readonly titles: TitleList | undefined;
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
  const { window, syncWindow, serverEpoch, serverTimeMs } = context;
  const { capabilities, heldTitles } = push.outline;
  const readsMore = capabilities !== undefined;
  const [first] = decisions;
  const last = decisions[decisions.length - 1] ?? first;
  const receipt: Receipt = {
    serverEpoch,
    ...last.receipt,
    ...(readsMore ? { standing: { ...first.standing, serverTimeMs } } : {}),
    ...(push.isBatch ? { batch: decisions.map((one) => one.receipt) } : {}),
  };
  const answer = {
    receipt,
    window: syncWindow,
    current: window.newest ?? NOTHING_PUBLISHED,
    ...(readsMore ? { capabilities: CAPABILITIES } : {}),
  };
  const bare = encodeAnswerFrame(answer);
  if (context.isMinimal) return bare;
  const { base } = push.header;
  const list = capabilities?.includes('titles') === true ? context.titles : undefined;
  const snapshot = window.frameOfNewest(base && window.find(base));
  const filling = fillAnswer({ list, held: heldTitles, snapshot }, ANSWER_BYTES - bare.length);
  if (filling.snapshot === undefined && filling.titles === undefined) return bare;
  return encodeAnswerFrame({ ...answer, ...filling });
}

/** What is named before the first publication. */
const NOTHING_PUBLISHED = { stream: GLOBAL_STREAM, version: 0, hash: '0'.repeat(16) };
