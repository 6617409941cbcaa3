import { loadCatalogue, type Title } from '@omega-tv/catalogue';
import { pendingPatterns, type CompletedTitle, type SyncState } from '@omega-tv/client';
import { plural } from '@omega-tv/command-line';
import type { PushedPattern } from '@omega-tv/types';
import type { Television } from '../tv/television.js';

const MINUTE_MS = 60 * 1000;
/** More of a kind are counted, not named. */
const MOST_NAMED = 5;

/**
 * What this TV would send next, in a person's words, and what stays.
 * @param nowMs Unix ms, by the clock of the TV.
 */
export async function explainOutgoing(television: Television, nowMs: number): Promise<string> {
  const { state } = await television.books();
  const learned = await television.store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
  const begun = state.outbox.flatMap(({ patterns }) => patterns);
  const patterns = [...begun, ...pendingPatterns(state, learned)];
  return [
    `Leaves with the next exchanges: ${plural(patterns.length, 'pattern')}`,
    ...named(patterns.map(describePattern)),
    ...describeTitles(state, nowMs),
    'Stays on this TV, always: what was started and left, when something was watched, how much of it, who watched, and the list of what was completed.',
  ].join('\n');
}

function describePattern({ genre, successRate, sampleCount, newSamples }: PushedPattern): string {
  const samples = newSamples ?? sampleCount;
  return `${genre}: 384 numbers that say what kind of ${genre} this is; ${Math.round(100 * successRate)} % finished, ${plural(samples, 'viewing')} new`;
}

function describeTitles({ completed, outbox }: SyncState, nowMs: number): readonly string[] {
  const titles = new Map(loadCatalogue().map((title) => [title.id, title]));
  const withStatus = (status: CompletedTitle['status']) =>
    [...completed].filter(([, title]) => title.status === status);
  const going = [...withStatus('begun'), ...withStatus('waiting')];
  const hasViewer = new Set(
    outbox.filter(({ report }) => report?.viewerFactors).map(({ report }) => report?.contentId),
  );
  const lines = going.map(([id, title]) => {
    const viewer = title.status === 'waiting' || hasViewer.has(id);
    return `${nameOf(id, titles)}: that it was finished${viewer ? ', with 32 numbers that sum up what else was finished here' : ''}; ${whenOf(title, nowMs)}`;
  });
  const [reported, kept] = [withStatus('reported').length, withStatus('private').length];
  return [
    `Leaves once, each at an instant drawn within a day: ${plural(going.length, 'completed title')}`,
    ...named(lines),
    `Has left, and is never said again: ${plural(reported, 'completed title')}`,
    `Stays, since the viewer did not let it leave: ${plural(kept, 'completed title')}`,
  ];
}

function whenOf({ status, reportAtMs = 0 }: CompletedTitle, nowMs: number): string {
  if (status === 'begun') return 'on its way';
  const minutes = Math.ceil(Math.max(0, reportAtMs - nowMs) / MINUTE_MS);
  return minutes === 0
    ? 'with the next exchange'
    : `with the first exchange after ${plural(minutes, 'minute')}`;
}

function nameOf(id: string, titles: ReadonlyMap<string, Title>): string {
  const title = titles.get(id);
  return title === undefined ? id : `${title.title} (${title.year})`;
}

function named(lines: readonly string[]): readonly string[] {
  const shown = lines.slice(0, MOST_NAMED).map((line) => `  - ${line}`);
  const left = lines.length - shown.length;
  return left === 0 ? shown : [...shown, `  - and ${left} more`];
}
