import { describeCause, describeError, plural } from '@omega-tv/command-line';
import type { SyncResult } from '@omega-tv/protocol';
import { isSyncError } from '@omega-tv/types';
import { explain } from '../recommender/reason.js';
import type { Recommendation } from '../recommender/recommend.js';
import type { Television } from '../tv/television.js';

/** One exchange in one line. */
export function describeSync(number: number, result: SyncResult): string {
  const { patternsPushed, bytesReceived, globalVersion } = result;
  const up =
    patternsPushed + result.titlesReported === 0 ? 'nothing to push' : describePush(result);
  const down =
    bytesReceived === 0
      ? 'nothing new'
      : `${plural(result.patternsReceived, 'pattern')} and ${plural(result.trendsReceived, 'trend')} down (${bytes(bytesReceived)})`;
  return `sync ${number}: ${up}, ${down}, version ${globalVersion}`;
}

function describePush({ patternsPushed, titlesReported, bytesSent, fidelity }: SyncResult): string {
  const cosine = patternsPushed === 0 ? '' : `, cosine ${fidelity.meanCosine.toFixed(4)}`;
  const titles = titlesReported === 0 ? '' : ` and ${plural(titlesReported, 'completed title')}`;
  return `${plural(patternsPushed, 'pattern')}${titles} up (${bytes(bytesSent)}${cosine})`;
}

/** A failed exchange in one line; with `kept`, what it would have sent is on the disk. */
export function describeFailure(number: number, error: unknown, kept: boolean): string {
  const left = kept
    ? 'nothing is lost, the next exchange sends it'
    : 'it waits in memory only, and is lost when this run ends';
  return `sync ${number} failed: ${describeError(error)}; ${left}`;
}

/** A failed exchange for programs. */
export function failureToJson(error: unknown): string {
  const { code, retryable } = isSyncError(error) ? error : { code: 'unexpected', retryable: false };
  return JSON.stringify({ error: { code, message: describeError(error), retryable } });
}

/** What a TV could not use of its folder, a line for each fault, and what that means for this run. */
export function describeRecoveries(
  directory: string,
  recovered: Television['recovered'],
): readonly string[] {
  const unusable = recovered.filter(({ outcome }) => outcome === 'memory-only');
  const [first] = unusable;
  const parts = unusable.map(({ part }) => part).join(' and ');
  return [
    ...recovered
      .filter(({ outcome }) => outcome === 'set-aside')
      .map(
        ({ part, setAsideTo = '' }) =>
          `warning: the ${part} in ${directory} were corrupt and were moved to ${setAsideTo}; fresh ones are used`,
      ),
    ...(first === undefined
      ? []
      : [
          `warning: ${directory} cannot be used for ${parts}: ${describeCause(first.cause)}. ` +
            `The TV runs without: what it stores there is lost when it ends; what an earlier run stored is untouched`,
        ]),
  ];
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

function bytes(n: number): string {
  return `${n.toLocaleString('en')} B`;
}
