import { digestDelta } from '@omega-tv/compression';
import type { Capability, DeviceStanding, Receipt } from '@omega-tv/types';
import { isEmpty } from './outbox.js';
import { engagementsOf } from './reports.js';
import type { OutboxItem, SyncState } from './state.js';

/** What an answer says of the push that it is for. */
export type PushEvent =
  /** Counted, now or before. */
  | 'acknowledged'
  /** It counts nothing, ever; its place is taken. */
  | 'refused'
  /** Withdrawn since, but counted as it was first sent. */
  | 'counted-before'
  /** A later place than its own is taken already: it was counted before this TV knew. */
  | 'overtaken'
  /** Its place is taken by another content: it counts nothing there. */
  | 'contradicted'
  /** Nothing was decided of it: its epoch is closed, or the server lacks what came before. */
  | 'undecided'
  /** The receipt is for something else. */
  | 'unclear';

export const PUSH_EVENTS: readonly PushEvent[] = [
  'acknowledged',
  'refused',
  'counted-before',
  'overtaken',
  'contradicted',
  'undecided',
  'unclear',
];

/** What an answer says of the server, against what the TV knows of it. */
export type ServerEvent =
  /** It never answered before. */
  | 'met'
  /** It has all that it had acknowledged. */
  | 'same'
  /** It is another one, or was put back to a copy: its epoch is another one. */
  | 'replaced'
  /** It lacks what it had acknowledged, in the same epoch: its files were put back to a copy. */
  | 'behind'
  /** It no longer knows this device, whose samples it still has. */
  | 'forgot';

export const SERVER_EVENTS: readonly ServerEvent[] = [
  'met',
  'same',
  'replaced',
  'behind',
  'forgot',
];

/** What a TV looks at in an answer, before it takes anything over. */
export interface ServerSigns {
  readonly receipt?: Pick<Receipt, 'serverEpoch' | 'standing'>;
  readonly capabilities?: readonly Capability[];
  /** True where the newest version shows that versions were lost: it is lower, or another content. */
  readonly hasLostVersions: boolean;
}

export function serverEventOf(state: SyncState, signs: ServerSigns): ServerEvent {
  const { receipt, hasLostVersions } = signs;
  const { server } = state;
  if (receipt === undefined) return hasLostVersions ? 'behind' : 'same';
  if (server === undefined) return hasLostVersions ? 'behind' : 'met';
  if (receipt.serverEpoch !== server.epoch) return 'replaced';
  const place = receipt.standing && placeAmong(state, receipt.standing);
  if (hasLostVersions || place === 'behind') return 'behind';
  return place === 'unknown' ? 'forgot' : 'same';
}

/** Where the server's standing lies, against what it had acknowledged in the newest epoch. */
function placeAmong(state: SyncState, { position }: DeviceStanding): 'kept' | 'behind' | 'unknown' {
  const newest = state.kept[state.kept.length - 1]?.position;
  if (newest === undefined) return 'kept';
  if (position === undefined) return 'unknown';
  if (position.deviceEpoch === newest.deviceEpoch) {
    return position.seq < newest.seq ? 'behind' : 'kept';
  }
  const isOlder = state.kept.some((item) => item.position.deviceEpoch === position.deviceEpoch);
  // Else it is an epoch that was begun since, or that of a copy of this TV: the next push tells.
  return isOlder ? 'behind' : 'kept';
}

/** What a receipt says of the push that it is for. */
export function pushEventOf(item: OutboxItem, receipt: Receipt | undefined): PushEvent {
  const { position } = item;
  if (receipt === undefined || position === undefined) return 'acknowledged';
  const { lastSeq, outcome, digest } = receipt;
  const isRefused = outcome === 'refused';
  if (lastSeq < position.seq) return isRefused ? 'undecided' : 'unclear';
  const isOwn = lastSeq === position.seq && digest === digestOf(item);
  if (isOwn) return isRefused ? 'refused' : 'acknowledged';
  if (outcome === 'applied') return 'unclear';
  // Its epoch was closed by a late copy; what marks count may be said again.
  if (item.countsBy === 'marks') return 'undecided';
  if (receipt.standing === undefined) return 'unclear';
  if (lastSeq > position.seq) return 'overtaken';
  if (!isEmpty(item)) return 'contradicted';
  // What was withdrawn counts as it was first sent, or not at all: there is nothing to repeat.
  return item.withdrawn === undefined || isRefused ? 'acknowledged' : 'counted-before';
}

function digestOf({ patterns, report }: OutboxItem): string {
  return digestDelta(report === undefined ? { patterns } : { patterns, ...engagementsOf(report) });
}
