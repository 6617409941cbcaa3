import type { DashboardEvents } from '../event-feed.js';
import type { ItemCounts } from '../overview.js';
import type { Sample } from '../sample.js';
import { byId, element, showBytes, showDuration, showNumber } from './elements.js';

type Row = readonly string[];

export function showSample(sample: Sample): void {
  const { report, syncs, log, window, publications, load, cohorts } = sample;
  showText({
    devices: showNumber(report.devices),
    version: showNumber(report.version),
    samples: showNumber(report.samplesAccepted),
    applied: showNumber(report.deltasApplied),
    duplicates: showNumber(report.duplicates),
    refused: showNumber(report.refused),
    protocols: mixOf(syncs),
    lag: `${showNumber(log.entries)} entries, ${showBytes(log.bytes)}`,
    window: `${showDuration(window.minMs)} to ${showDuration(window.maxMs)}`,
    publications:
      publications.count === 0
        ? '0'
        : `${showNumber(publications.count)}, ${showNumber((1000 * publications.seconds) / publications.count)} ms each`,
    load: `${showNumber(load.pending)} wait, ${showNumber(load.shed)} sent away`,
    'pattern-cohorts': countsOf(cohorts.patterns),
    'title-cohorts': countsOf(cohorts.titles),
  });
  const refusals = Object.entries(sample.refusals).sort(([, a], [, b]) => b - a);
  showRows(
    'refusals',
    refusals.map(([code, count]) => [code, showNumber(count)]),
  );
}

export function showPublished(published: DashboardEvents['published']): void {
  const { versions, titles, trends, minDevices } = published;
  showText({
    'min-devices': showNumber(minDevices),
    patterns: showNumber(published.patterns.length),
    titles: showNumber(titles.count),
  });
  const newestFirst = [...versions].reverse();
  showRows(
    'versions',
    newestFirst.map(({ version, timestamp, bytes }) => [
      String(version),
      timeOf(timestamp),
      showBytes(bytes),
    ]),
  );
  showRows(
    'top-titles',
    titles.top.map(({ contentId, countLevel }) => [
      contentId,
      showNumber(Math.round(2 ** (countLevel / 4) - 1)),
    ]),
  );
  showRows(
    'trends',
    trends.map(({ contentId, genre, region, score }) => [
      contentId,
      genre,
      region,
      showNumber(score),
    ]),
  );
  showRows(
    'pieces',
    titles.pieces.map(({ index, version, titles: count }) => [
      String(index),
      String(version),
      showNumber(count),
    ]),
  );
}

function mixOf({ v1, v2 }: Sample['syncs']): string {
  const all = v1 + v2;
  if (all === 0) return 'none yet';
  return `${showNumber((100 * v2) / all)} % v2, ${showNumber((100 * v1) / all)} % v1`;
}

function countsOf({ closed, waiting, openCohorts }: ItemCounts): string {
  return `${showNumber(closed)} learned, ${showNumber(waiting)} wait; ${showNumber(openCohorts)} open cohorts`;
}

function timeOf(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString();
}

function showText(texts: Readonly<Record<string, string>>): void {
  for (const [id, text] of Object.entries(texts)) byId(id).textContent = text;
}

/** Fills the body of a table; an empty one says so. */
function showRows(id: string, rows: readonly Row[]): void {
  const shown = rows.map((cells) => {
    const row = document.createElement('tr');
    row.append(...cells.map((text) => element('td', text)));
    return row;
  });
  byId(id).replaceChildren(...shown);
  byId(`${id}-none`).hidden = rows.length > 0;
}
