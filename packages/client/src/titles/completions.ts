import type { CompletedTitle, CompletionReport, OutboxItem, SyncState } from '../engine/state.js';

/** Whether what was completed may leave this TV, and when. */
export interface SharingRules {
  readonly isShared: boolean;
  readonly nowMs: number;
  /** A report waits for a part of this, drawn at random: when something was watched stays here. */
  readonly spreadMs: number;
  /** 0 to 1. */
  readonly draw: () => number;
}

/** A title was completed; one that was before counts once. */
export function titleCompleted(
  state: SyncState,
  contentId: string,
  { isShared, nowMs, spreadMs, draw }: SharingRules,
): SyncState {
  if (state.completed.has(contentId)) return state;
  const order = state.completed.size + 1;
  const title: CompletedTitle = isShared
    ? { order, status: 'waiting', reportAtMs: Math.floor(nowMs + spreadMs * draw()) }
    : { order, status: 'private' };
  return { ...state, completed: new Map(state.completed).set(contentId, title) };
}

/** The titles whose reports are due, in the order in which they were completed. */
export function dueReports({ completed }: SyncState, nowMs: number): readonly string[] {
  return [...completed]
    .filter(([, { status, reportAtMs = 0 }]) => status === 'waiting' && reportAtMs <= nowMs)
    .sort(([, a], [, b]) => a.order - b.order)
    .map(([contentId]) => contentId);
}

/** The state with the reports of pushes in another status. */
export function withReports(
  state: SyncState,
  items: readonly { readonly report?: CompletionReport }[],
  status: CompletedTitle['status'],
): SyncState {
  const completed = new Map(state.completed);
  for (const { report } of items) {
    const known = report && completed.get(report.contentId);
    if (report === undefined || known === undefined) continue;
    completed.set(report.contentId, { order: known.order, status });
  }
  return { ...state, completed };
}

const IN_TRANSIT: ReadonlySet<CompletedTitle['status']> = new Set(['waiting', 'begun']);

/**
 * Consent was withdrawn: what waits stays here, what is on its way goes out empty under its place,
 * and of what is kept no title is left.
 */
export function sharingWithdrawn(state: SyncState): SyncState {
  const isShared = [...state.completed.values()].some(({ status }) => IN_TRANSIT.has(status));
  const reports = [...state.outbox, ...state.kept].some(({ report }) => report !== undefined);
  if (!isShared && !reports) return state;
  const completed = Array.from(state.completed, ([id, title]): [string, CompletedTitle] => [
    id,
    title.status === 'reported' ? title : { order: title.order, status: 'private' },
  ]);
  return {
    ...state,
    completed: new Map(completed),
    outbox: state.outbox.map((item): OutboxItem => without(item)),
    kept: state.kept.map((item) => without(item)),
  };
}

function without<Item extends { readonly report?: CompletionReport }>(item: Item): Item {
  if (item.report === undefined) return item;
  const { report: _, ...rest } = item;
  return rest as Item;
}
