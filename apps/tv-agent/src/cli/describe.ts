import type { SyncResult } from '@omega-tv/protocol';
import { explain } from '../recommender/reason.js';
import type { Recommendation } from '../recommender/recommend.js';
import type { Television } from '../tv/television.js';

/** One exchange in one line. */
export function describeSync(number: number, result: SyncResult): string {
  const { patternsPushed, bytesSent, fidelity, bytesReceived, globalVersion } = result;
  const up =
    patternsPushed === 0
      ? 'nothing to push'
      : `${count(patternsPushed, 'pattern')} up (${bytes(bytesSent)}, cosine ${fidelity.meanCosine.toFixed(4)})`;
  const down =
    bytesReceived === 0
      ? 'nothing new'
      : `${count(result.patternsReceived, 'pattern')} and ${count(result.trendsReceived, 'trend')} down (${bytes(bytesReceived)})`;
  return `sync ${number}: ${up}, ${down}, version ${globalVersion}`;
}

export function describeFailure(number: number, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `sync ${number} failed: ${message}; nothing is lost, it is tried again`;
}

export function describeRecovery(recovery: Television['recovered'][number]): string {
  return recovery.outcome === 'set-aside'
    ? `warning: a store was corrupt and was moved to ${recovery.setAsideTo ?? ''}; a fresh one is used`
    : 'warning: the folder cannot be written; what this run learns is lost when it ends';
}

/** A list for people: rank, title, why. */
export function describeList(list: readonly Recommendation[]): string {
  return list
    .map(({ title, reasons }, index) => {
      const rank = String(index + 1).padStart(2);
      return `${rank}. ${title.title} (${title.year})\n    ${explain(reasons)}`;
    })
    .join('\n');
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function bytes(n: number): string {
  return `${n.toLocaleString('en')} B`;
}
