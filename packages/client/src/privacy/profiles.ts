import { placed } from '../engine/outbox.js';
import type {
  CompletedTitle,
  DrawEpoch,
  KeptItem,
  LearnedPattern,
  OutboxItem,
  SampleCounts,
  SyncState,
} from '../engine/state.js';
import { reportsWithdrawn } from '../titles/completions.js';

type IsOne = (id: string) => boolean;

/**
 * A profile contributes nothing from now on, or may again. What waits of it is withdrawn; what a
 * server has counted stays in its sums.
 */
export function profileKeptPrivate(
  state: SyncState,
  learned: readonly LearnedPattern[],
  profile: string,
  isPrivate: boolean,
  drawEpoch: DrawEpoch,
): SyncState {
  if (state.privateProfiles.has(profile) === isPrivate) return state;
  const privateProfiles = new Set(state.privateProfiles);
  if (!isPrivate) {
    privateProfiles.delete(profile);
    return { ...state, privateProfiles };
  }
  privateProfiles.add(profile);
  const isTouched = ownedBy(learned, profile);
  const silent = pushesWithdrawn(state, isTouched, () => false, drawEpoch);
  const isAlone = (id: string): boolean =>
    state.completed.get(id)?.profiles?.every((one) => privateProfiles.has(one)) === true;
  return { ...reportsWithdrawn(silent, isAlone), privateProfiles };
}

/** The state without any trace of a profile; the patterns that go with it are named by `ids`. */
export function profileForgotten(
  state: SyncState,
  ids: ReadonlySet<string>,
  profile: string,
  drawEpoch: DrawEpoch,
): SyncState {
  const isGone: IsOne = (id) => ids.has(id);
  const stays = (id: string): boolean => !isGone(id);
  const withdrawn = pushesWithdrawn(state, isGone, isGone, drawEpoch);
  const completed = completedWithout(withdrawn.completed, profile);
  const silent = reportsWithdrawn(withdrawn, (id) => !completed.has(id));
  const privateProfiles = new Set(state.privateProfiles);
  privateProfiles.delete(profile);
  return {
    ...silent,
    completed: completedWithout(silent.completed, profile),
    privateProfiles,
    marks: new Map([...silent.marks].filter(([id]) => stays(id))),
    merges: new Map([...silent.merges].filter(([copy, taste]) => stays(copy) && stays(taste))),
    kept: silent.kept.map((item) => keptWithout(item, isGone)),
    deadLetters: silent.deadLetters.filter(({ patternId }) => stays(patternId)),
  };
}

function ownedBy(learned: readonly LearnedPattern[], profile: string): IsOne {
  const ids = new Set(learned.filter((one) => one.profile === profile).map(({ id }) => id));
  return (id) => ids.has(id);
}

function completedWithout(
  completed: SyncState['completed'],
  profile: string,
): ReadonlyMap<string, CompletedTitle> {
  const left = new Map<string, CompletedTitle>();
  for (const [id, title] of completed) {
    const { profiles } = title;
    if (profiles?.includes(profile) !== true) left.set(id, title);
    else if (profiles.length > 1) {
      left.set(id, { ...title, profiles: profiles.filter((one) => one !== profile) });
    }
  }
  return left;
}

/**
 * Begun pushes without some patterns. Where places count, the server may have taken the push as it
 * was: it goes out empty under its place, and what the others of it said is remembered until the
 * receipt tells which of both was counted. Where marks count, the others are simply said again.
 * @param isErased whose counts are not to be remembered either.
 */
function pushesWithdrawn(
  state: SyncState,
  isTouched: IsOne,
  isErased: IsOne,
  drawEpoch: DrawEpoch,
): SyncState {
  const isOf = ({ patterns, withdrawn = [] }: OutboxItem): boolean =>
    patterns.some(({ id }) => isTouched(id)) || withdrawn.some(([id]) => isErased(id));
  if (!state.outbox.some(isOf)) return state;
  const outbox: OutboxItem[] = [];
  const again: OutboxItem[] = [];
  for (const item of state.outbox) {
    if (!isOf(item)) outbox.push(item);
    else if (item.countsBy === 'position') outbox.push(emptied(item, isErased));
    else {
      const { position: _, ...rest } = item;
      const patterns = item.patterns.filter(({ id }) => !isTouched(id));
      if (patterns.length > 0) again.push({ ...rest, patterns });
    }
  }
  return placed(state, [...outbox, ...again], drawEpoch);
}

function emptied({ patterns, withdrawn = [], ...item }: OutboxItem, isErased: IsOne): OutboxItem {
  const said = patterns.map(({ id, newSamples = 0 }) => [id, newSamples] as const);
  return { ...item, patterns: [], withdrawn: countsWithout([...withdrawn, ...said], isErased) };
}

function keptWithout({ patterns, ...item }: KeptItem, isGone: IsOne): KeptItem {
  const counts = countsWithout(item.counts, isGone);
  const left = patterns?.filter(({ id }) => !isGone(id)) ?? [];
  return left.length === 0 ? { ...item, counts } : { ...item, counts, patterns: left };
}

function countsWithout(counts: SampleCounts, isGone: IsOne): SampleCounts {
  return counts.filter(([id]) => !isGone(id));
}
