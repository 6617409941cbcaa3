import type { CompletedTitle, CompletionReport, OutboxItem, SyncState } from '../engine/state.js';

/** Whether what was completed may leave this TV, and when. */
export interface SharingRules {
  readonly isShared: boolean;
  readonly nowMs: number;
  /** A report waits for a part of this, drawn at random: when something was watched stays here. */
  readonly spreadMs: number;
  /** 0 to 1. */
  readonly draw: () => number;
  /** Who completed it, where profiles are told apart. */
  readonly profile?: string;
}

/** A title was completed; one that was before counts once, and leaves the TV as it did then. */
export function titleCompleted(
  state: SyncState,
  contentId: string,
  { isShared, nowMs, spreadMs, draw, profile }: SharingRules,
): SyncState {
  const known = state.completed.get(contentId);
  if (known !== undefined) return withViewer(state, contentId, known, profile);
  const order = lastOrder(state) + 1;
  const profiles = profile === undefined ? {} : { profiles: [profile] };
  const isPrivate = profile !== undefined && state.privateProfiles.has(profile);
  const title: CompletedTitle =
    isShared && !isPrivate
      ? { order, status: 'waiting', reportAtMs: Math.floor(nowMs + spreadMs * draw()), ...profiles }
      : { order, status: 'private', ...profiles };
  return { ...state, completed: new Map(state.completed).set(contentId, title) };
}

/** Another profile completed it, too. */
function withViewer(
  state: SyncState,
  contentId: string,
  known: CompletedTitle,
  profile: string | undefined,
): SyncState {
  const { profiles } = known;
  if (profile === undefined || profiles === undefined || profiles.includes(profile)) return state;
  const title = { ...known, profiles: [...profiles, profile] };
  return { ...state, completed: new Map(state.completed).set(contentId, title) };
}

function lastOrder({ completed }: SyncState): number {
  return [...completed.values()].reduce((last, { order }) => Math.max(last, order), 0);
}

/** The state without what private profiles alone completed: it says nothing of the viewer. */
export function withoutPrivateTitles(state: SyncState): SyncState {
  const { privateProfiles } = state;
  if (privateProfiles.size === 0) return state;
  const completed = [...state.completed].filter(
    ([, { profiles }]) => profiles?.every((one) => privateProfiles.has(one)) !== true,
  );
  return { ...state, completed: new Map(completed) };
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
    const { reportAtMs: _, ...title } = known;
    completed.set(report.contentId, { ...title, status });
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
  return reportsWithdrawn(state, () => true);
}

/** The same for some titles only. */
export function reportsWithdrawn(
  state: SyncState,
  isWithdrawn: (contentId: string) => boolean,
): SyncState {
  const completed = Array.from(state.completed, ([id, title]): [string, CompletedTitle] => {
    if (title.status === 'reported' || !isWithdrawn(id)) return [id, title];
    const { reportAtMs: _, ...rest } = title;
    return [id, { ...rest, status: 'private' }];
  });
  const silent = <Item extends { readonly report?: CompletionReport }>(item: Item): Item =>
    item.report !== undefined && isWithdrawn(item.report.contentId) ? without(item) : item;
  return {
    ...state,
    completed: new Map(completed),
    outbox: state.outbox.map((item): OutboxItem => silent(item)),
    kept: state.kept.map((item) => silent(item)),
  };
}

function without<Item extends { readonly report?: CompletionReport }>(item: Item): Item {
  if (item.report === undefined) return item;
  const { report: _, ...rest } = item;
  return rest as Item;
}
