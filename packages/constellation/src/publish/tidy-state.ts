import { tidyFederation, tidyLearning } from '@omega-tv/federation';
import type { Folded } from '../writer/fold-entry.js';
import { settingsOf, type ServerState } from '../writer/server-state.js';

/** Fold time that may pass before it is noted, though nothing else changes. */
const NOTED_EVERY_MS = 60 * 60 * 1000;

/** Forgets what expired, merges clusters that came close, renews axes. Pure. */
export function tidyState(before: ServerState, atMs: number): Folded {
  const { federation: config, learning } = settingsOf(before);
  const federation = tidyFederation(before.federation, atMs, config);
  const learned = tidyLearning(before.learning, atMs, learning);
  const { axes, scoring } = before.learning;
  const model = learned.state.axes !== axes || learned.state.scoring !== scoring;
  const isLearned = model || learned.touched.titles.length + learned.touched.shared.length > 0;
  return {
    state: { ...before, federation: federation.state, learning: learned.state },
    changed: {
      touched: federation.touched,
      // The counters hold the time that the learning of titles has come to.
      learned: isLearned ? { ...learned.touched, model } : { titles: [], shared: [] },
    },
  };
}

/** True where a step of tidying would change no more than the time, and that by less than is noted. */
export function isTidied({ changed }: Folded, before: ServerState, atMs: number): boolean {
  const { touched, learned } = changed;
  const records = [touched?.clusters, touched?.trends, learned?.titles, learned?.shared];
  const isTouched = records.some((ids) => ids !== undefined && ids.length > 0);
  const isLate = atMs - before.federation.counters.latestMs >= NOTED_EVERY_MS;
  return !isTouched && learned?.model !== true && !isLate;
}
