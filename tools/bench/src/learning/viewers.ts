import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeFloat16 } from '@omega-tv/catalogue';
import { CommandError } from '@omega-tv/command-line';

const DIMENSION = 384;
/** A rating from here on is a completion. */
export const COMPLETED_RATING = 3.5;

/** A title that a viewer completed, in order of time. */
export interface Like {
  /** Index among the world's titles. */
  readonly title: number;
  /** Unix seconds. */
  readonly time: number;
}

/** Real viewers, as a folder like data/viewers holds them. */
export interface World {
  readonly titleIds: readonly string[];
  /** Text embeddings of the titles. */
  readonly embeddings: readonly Float32Array[];
  /** What each viewer completed, in the file's order of viewers. */
  readonly viewers: readonly (readonly Like[])[];
}

/** @throws CommandError where a file is missing or not of its form. */
export function loadWorld(folder: string): World {
  const lines = readLines(join(folder, 'titles.jsonl'));
  const titleIds = lines.map((line, i) => idOf(line, i));
  const halves = readBytes(join(folder, 'titles.f16'));
  if (halves.length !== 2 * DIMENSION * titleIds.length) {
    const expected = `${titleIds.length} x ${DIMENSION} half floats`;
    throw new CommandError(
      `titles.f16 has ${halves.length} bytes, but titles.jsonl asks for ${expected}`,
    );
  }
  const floats = decodeFloat16(halves);
  const embeddings = titleIds.map((_, i) => floats.subarray(i * DIMENSION, (i + 1) * DIMENSION));
  const broken = embeddings.findIndex((values) => !values.every(Number.isFinite));
  if (broken >= 0)
    throw new CommandError(`titles.f16: row ${broken + 1} has a value that is no number`);
  return { titleIds, embeddings, viewers: readViewers(folder, titleIds) };
}

function readViewers(folder: string, titleIds: readonly string[]): readonly (readonly Like[])[] {
  const indices = indicesOf(titleIds);
  const viewers = new Map<string, { readonly rated: Set<number>; readonly likes: Like[] }>();
  readLines(join(folder, 'ratings.csv')).forEach((line, i) => {
    const [viewer = '', title = '', rating, time = ''] = line.split(',');
    if (i === 0 && viewer === 'viewer') return;
    const refuse = (what: string): never => {
      throw new CommandError(`ratings.csv: line ${i + 1} ${what}: ${line}`);
    };
    if (!(Number(rating) > 0) || time.trim() === '' || !(Number(time) >= 0)) {
      refuse('is no viewer,title,rating,time');
    }
    const index = indices.get(title) ?? refuse('rates a title that titles.jsonl lacks');
    const { rated, likes } = viewers.get(viewer) ?? { rated: new Set(), likes: [] };
    viewers.set(viewer, { rated, likes });
    if (rated.has(index)) refuse('is the second rating of one title by one viewer');
    rated.add(index);
    if (Number(rating) >= COMPLETED_RATING) likes.push({ title: index, time: Number(time) });
  });
  return [...viewers.values()].map(({ likes }) => likes.sort((a, b) => a.time - b.time));
}

function indicesOf(titleIds: readonly string[]): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  titleIds.forEach((id, i) => {
    if (indices.has(id)) throw new CommandError(`titles.jsonl: line ${i + 1} repeats the id ${id}`);
    indices.set(id, i);
  });
  return indices;
}

function readLines(file: string): readonly string[] {
  return readBytes(file)
    .toString('utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${error instanceof Error ? error.message : ''}`);
  }
}

function idOf(line: string, i: number): string {
  try {
    const { id } = JSON.parse(line) as { readonly id?: unknown };
    if (typeof id === 'string') return id;
  } catch {
    // Said below, as for a line without an id.
  }
  throw new CommandError(`titles.jsonl: line ${i + 1} is no JSON object with an id`);
}
