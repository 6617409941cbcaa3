import { access } from 'node:fs/promises';
import path from 'node:path';
import { loadCatalogue } from '@omega-tv/catalogue';
import { pendingPatterns } from '@omega-tv/client';
import type { EncodedDelta } from '@omega-tv/compression';
import { createNodeV2Format } from '@omega-tv/compression/node';
import { SyncError, systemClock, systemRandom, type PushedPattern } from '@omega-tv/types';
import { askRunning } from '../operations/ask-running.js';
import { Television } from '../tv/television.js';

/** What `report` says of a TV. */
export interface TelevisionReport {
  readonly samplesLearned: number;
  readonly samplesAcknowledged: number;
  readonly samplesWaiting: number;
  readonly samplesWithheld: number;
  readonly samplesDeadLettered: number;
  readonly samplesDropped: number;
  /** Deltas that wait. */
  readonly outboxItems: number;
  readonly outboxBytes: number;
  readonly deadLetters: number;
  readonly version: number;
}

/**
 * Opens the TV of a folder that a TV ran in.
 * @throws SyncError `invalid-config` when none did, or one runs now.
 */
export async function openTelevision(directory: string): Promise<Television> {
  try {
    await access(path.join(directory, 'patterns', 'CURRENT'));
  } catch (cause) {
    throw new SyncError(
      'invalid-config',
      `No TV ever ran in ${directory}; "npm run tv-agent -- run --url URL --device-id ID --data ${directory}" starts one`,
      { field: 'directory' },
      { cause },
    );
  }
  const catalogue = loadCatalogue();
  const recover = false;
  return Television.open({
    catalogue,
    directory,
    clock: systemClock,
    random: systemRandom,
    recover,
  });
}

/** The report of the TV in a folder, as JSON: from the process that runs there, or else from its stores. */
export async function report(directory: string): Promise<string> {
  const answer = await askRunning(directory, 'GET /report');
  if (answer !== undefined) return answer;
  const television = await openTelevision(directory);
  try {
    return `${JSON.stringify(await reportTelevision(television))}\n`;
  } finally {
    await television.close();
  }
}

/** Accounts for every sample of a TV. */
export async function reportTelevision(television: Television): Promise<TelevisionReport> {
  const { books, state } = await television.books();
  const learned = await television.store.skillList(Number.MAX_SAFE_INTEGER, 'learned');
  const pending = pendingPatterns(state, learned);
  const begun = state.outbox.map(({ patterns }) => patterns);
  const waiting = await encodeWaiting(pending.length > 0 ? [...begun, pending] : begun);
  return {
    samplesLearned: books.learned,
    samplesAcknowledged: books.acknowledged,
    samplesWaiting: books.waiting,
    samplesWithheld: books.withheld,
    samplesDeadLettered: books.deadLettered,
    samplesDropped: books.dropped,
    outboxItems: waiting.length,
    outboxBytes: waiting.reduce((sum, { bytes }) => sum + bytes.length, 0),
    deadLetters: state.deadLetters.length,
    version: state.lastVersion,
  };
}

/** The deltas that pushes of these patterns take. */
async function encodeWaiting(
  pushes: readonly (readonly PushedPattern[])[],
): Promise<readonly EncodedDelta[]> {
  if (pushes.length === 0) return [];
  const format = createNodeV2Format();
  const envelope = { deviceId: '', version: 0, timestamp: new Date(0).toISOString() };
  const deltas = await Promise.all(
    pushes.map((patterns) => format.splitDelta({ ...envelope, patterns })),
  );
  return Promise.all(deltas.flat().map((delta) => format.encodeDelta(delta)));
}
