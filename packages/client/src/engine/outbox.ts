import { credited } from './marks.js';
import type { CountsBy, DrawEpoch, KeptItem, OutboxItem, SyncState } from './state.js';

/** How long, by the server's clock, an acknowledged push is kept. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;
/** Patterns of acknowledged pushes that are kept: about 256 KiB of embeddings. */
const MAX_KEPT_PATTERNS = 168;
/** Acknowledged pushes of which at least the counts are kept. */
const MAX_KEPT_ITEMS = 1024;

/** Freezes a push: from now on it is sent as it is until an answer settles it. */
export function pushBegun(
  state: SyncState,
  item: Omit<OutboxItem, 'position'>,
  drawEpoch: DrawEpoch,
): SyncState {
  return placed(state, [...state.outbox, item], drawEpoch);
}

/**
 * Gives each item without one the next place. What is counted by position and what is counted by
 * marks stand in epochs of their own.
 */
export function placed(
  state: SyncState,
  items: readonly OutboxItem[],
  drawEpoch: DrawEpoch,
): SyncState {
  let { next } = state;
  const outbox = items.map((item) => {
    if (item.position !== undefined) return item;
    const { countsBy } = item;
    if (next?.countsBy !== countsBy) next = { deviceEpoch: drawEpoch(), seq: 1, countsBy };
    const { deviceEpoch, seq } = next;
    next = { ...next, seq: seq + 1 };
    return { ...item, position: { deviceEpoch, seq } };
  });
  return next === undefined ? { ...state, outbox } : { ...state, next, outbox };
}

/** Items that go out in an epoch of their own, since the server decides no more in the old one. */
export function reopened(
  { next: _, ...state }: SyncState,
  items: readonly OutboxItem[],
  drawEpoch: DrawEpoch,
): SyncState {
  const unplaced = items.map(({ position: __, ...item }) => item);
  const opened = placed({ ...state, outbox: [] }, unplaced, drawEpoch);
  if (opened.next !== undefined) return opened;
  return { ...opened, next: { deviceEpoch: drawEpoch(), seq: 1, countsBy: 'position' } };
}

/** Whether an acknowledged push is among those that a server still has. */
export type IsHeld = (item: KeptItem) => boolean;

/**
 * Queues the acknowledged pushes that a server lost again, before those that were not answered yet, or
 * behind what keeps its places. What is no longer kept of them is lost.
 * @param isPoll the server was not asked about what waits.
 */
export function requeued(
  state: SyncState,
  isHeld: IsHeld,
  { drawEpoch, isPoll }: { readonly drawEpoch: DrawEpoch; readonly isPoll: boolean },
): SyncState {
  const gone = state.kept.filter((item) => !isHeld(item));
  let { marks } = state;
  const again: OutboxItem[] = [];
  for (const { patterns, counts, report } of gone) {
    const pushed = counts.map(([id, newSamples]) => ({ id, newSamples }));
    marks = credited(marks, state.merges, pushed, -1);
    if (patterns !== undefined || report !== undefined) {
      const item = { countsBy: 'position', patterns: patterns ?? [] } as const;
      again.push(report === undefined ? item : { ...item, report });
    }
    if (patterns === undefined) for (const one of pushed) marks = markLost(marks, state, one);
  }
  const kept = state.kept.filter(isHeld);
  const next = { ...state, marks, kept };
  return isPoll && isOfUnheardEpochs(state)
    ? placed(next, [...state.outbox, ...again], drawEpoch)
    : reopened(next, [...again, ...state.outbox], drawEpoch);
}

/**
 * True where nothing was acknowledged in the epochs of what waits. It may have counted there, so it keeps its
 * places: in others it would count again.
 */
function isOfUnheardEpochs({ outbox, kept }: SyncState): boolean {
  const heard = new Set(kept.map(({ position }) => position.deviceEpoch));
  return (
    outbox.length > 0 &&
    outbox.every(({ position }) => position !== undefined && !heard.has(position.deviceEpoch))
  );
}

function markLost(
  marks: SyncState['marks'],
  { merges }: SyncState,
  { id, newSamples }: { readonly id: string; readonly newSamples: number },
): SyncState['marks'] {
  const taste = merges.get(id) ?? id;
  const mark = marks.get(taste);
  if (mark === undefined) return marks;
  return new Map(marks).set(taste, { ...mark, lost: mark.lost + newSamples });
}

/** The pushes kept with one more that was acknowledged at `atMs`, as far as there is room. */
export function keptWith(
  kept: readonly KeptItem[],
  item: OutboxItem,
  atMs: number,
): readonly KeptItem[] {
  const { position, patterns, report } = item;
  if (position === undefined || isEmpty(item)) return kept;
  const counts = patterns.map(({ id, newSamples = 0 }) => [id, newSamples] as const);
  const one = { position, atMs, counts, patterns };
  const fresh = [...kept, report === undefined ? one : { ...one, report }]
    .filter((held) => held.atMs > atMs - KEPT_MS)
    .slice(-MAX_KEPT_ITEMS);
  return withinRoom(fresh);
}

/** A push that says nothing: it only takes its place. */
export function isEmpty({ patterns, report }: OutboxItem): boolean {
  return patterns.length === 0 && report === undefined;
}

/** The oldest give way: of them only the counts stay. */
function withinRoom(kept: readonly KeptItem[]): readonly KeptItem[] {
  let room = MAX_KEPT_PATTERNS;
  const fits = [...kept].reverse().map((item) => {
    room -= item.patterns?.length ?? 0;
    return room >= 0;
  });
  return kept.map((item, i) => {
    if (item.patterns === undefined || fits[kept.length - 1 - i] === true) return item;
    const { patterns: _, ...counts } = item;
    return counts;
  });
}

/** New samples of each taste that are on their way. */
export function samplesOnTheirWay({ outbox, merges }: SyncState): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const add = (id: string, newSamples: number): void => {
    const taste = merges.get(id) ?? id;
    sums.set(taste, (sums.get(taste) ?? 0) + newSamples);
  };
  for (const { patterns, isRepeat, withdrawn = [] } of outbox) {
    for (const [id, newSamples] of withdrawn) add(id, newSamples);
    if (isRepeat === true) continue;
    for (const { id, newSamples = 0 } of patterns) add(id, newSamples);
  }
  return sums;
}

/** How a server counts what is pushed to it now. */
export function countsByOf({ server }: SyncState, protocolVersion: 1 | 2): CountsBy {
  const isByPosition = protocolVersion === 2 && server?.capabilities.includes('positions') === true;
  return isByPosition ? 'position' : 'marks';
}

/** Patterns of one push, each in one of its own. */
export function apart({ position: _, ...item }: OutboxItem): readonly OutboxItem[] {
  return item.patterns.map((pattern): OutboxItem => ({ ...item, patterns: [pattern] }));
}
