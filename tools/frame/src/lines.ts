import { open } from 'node:fs/promises';
import { checkInput, resolveFromCaller, writeFileAtomically } from '@omega-tv/command-line';
import {
  globalPatternsFromWire,
  isSyncError,
  MAX_INTEGER,
  patternDataToWire,
  SyncError,
  trendSignalToWire,
  type PushedPattern,
  type TrendSignal,
} from '@omega-tv/types';

/**
 * Reads patterns, one PatternData a line as wire JSON, each with its new_samples where it says so.
 * @throws SyncError `serialization` that names the line and the field.
 */
export function readPatterns(file: string): Promise<readonly PushedPattern[]> {
  return readLines(file, (json) => {
    const [pattern] = checkWire({ patterns: [json] }).patterns;
    if (pattern === undefined) return [];
    const newSamples = (json as { new_samples?: unknown }).new_samples;
    if (newSamples === undefined) return [pattern];
    if (isWholeNumber(newSamples) && newSamples <= pattern.sampleCount) {
      return [{ ...pattern, newSamples }];
    }
    const limit = `a whole number from 0 to sample_count (${pattern.sampleCount})`;
    throw new Error(`new_samples must be ${limit}, but is ${JSON.stringify(newSamples)}`);
  });
}

/** Reads trends, one TrendSignal a line as wire JSON. @throws SyncError as `readPatterns`. */
export function readTrends(file: string): Promise<readonly TrendSignal[]> {
  return readLines(file, (json) => checkWire({ trends: [json] }).trends);
}

/** Reads names, one a line. */
export async function readIds(file: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const [, text] of linesOf(file)) ids.push(text);
  return ids;
}

/** Writes patterns as `readPatterns` reads them; numbers read back to the same 32-bit floats. */
export function writePatterns(file: string, patterns: readonly PushedPattern[]): Promise<void> {
  const records = patterns.map((pattern) => ({
    ...patternDataToWire(pattern),
    ...(pattern.newSamples === undefined ? {} : { new_samples: pattern.newSamples }),
  }));
  return writeRecords(file, records);
}

export function writeTrends(file: string, trends: readonly TrendSignal[]): Promise<void> {
  return writeRecords(file, trends.map(trendSignalToWire));
}

function writeRecords(file: string, records: readonly object[]): Promise<void> {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
  return writeFileAtomically(resolveFromCaller(file), text);
}

async function readLines<Item>(
  file: string,
  read: (json: unknown) => readonly Item[],
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for await (const [line, text] of linesOf(file)) {
    try {
      items.push(...read(JSON.parse(text)));
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const path = `${file} line ${line}`;
      throw new SyncError('serialization', `${path}: ${reason}`, { path }, { cause });
    }
  }
  return items;
}

/** Lines that are not blank, with their numbers from 1. */
async function* linesOf(file: string): AsyncGenerator<readonly [line: number, text: string]> {
  const source = resolveFromCaller(file);
  await checkInput(source);
  const handle = await open(source);
  try {
    let line = 0;
    for await (const text of handle.readLines()) {
      line += 1;
      if (text.trim() !== '') yield [line, text];
    }
  } finally {
    await handle.close();
  }
}

/** Checks one record by the schema of the message that holds it; its errors name the field alone. */
function checkWire(content: { patterns?: unknown[]; trends?: unknown[] }) {
  try {
    const message = { patterns: [], trends: [], version: 0, timestamp: '1970-01-01T00:00:00Z' };
    return globalPatternsFromWire({ ...message, ...content });
  } catch (error) {
    if (!isSyncError(error)) throw error;
    throw new Error(error.message.replace(/^global patterns: (?:patterns|trends)\[0\]\.?/, ''), {
      cause: error,
    });
  }
}

function isWholeNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_INTEGER;
}
