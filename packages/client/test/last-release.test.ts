import { spawnSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { DeltaPosition, PatternData } from '@omega-tv/types';
import { NO_MARK } from '../src/engine/marks.js';
import type { SyncState } from '../src/index.js';
import { openLevelPatternStore } from '../src/node/index.js';
import { clock, syncErrorOf, temporaryFolder } from './support.js';

/** What release 0.1 wrote, and what it read from it. */
const STORE = fileURLToPath(new URL('fixtures/tv-0.1', import.meta.url));
const CONTENT = new URL('fixtures/tv-0.1.json', import.meta.url);

async function copyOfStore(): Promise<string> {
  const directory = path.join(await temporaryFolder(), 'store');
  await cp(STORE, directory, { recursive: true });
  return directory;
}

function plainPattern({ embedding, ...rest }: PatternData) {
  const { buffer, byteOffset, byteLength } = embedding;
  return { ...rest, embedding: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

/** Marks and merges have no order. */
function byId<Value>(map: ReadonlyMap<string, Value>): readonly (readonly [string, Value])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The state as the first release had it: marks and merges are given apart. */
function plainState(state: SyncState) {
  const { snapshot, frame } = state;
  return {
    lastVersion: state.lastVersion,
    outbox: state.outbox.map(({ position = null, patterns }) => ({
      position,
      patterns: patterns.map(plainPattern),
    })),
    deadLetters: state.deadLetters,
    snapshot:
      snapshot === undefined
        ? null
        : { ...snapshot, patterns: snapshot.patterns.map(plainPattern) },
    frame: frame === undefined ? null : Buffer.from(frame).toString('base64'),
    serverEpoch: state.server?.epoch ?? null,
    next: state.next === undefined ? null : positionOf(state.next),
    owner: state.owner ?? null,
  };
}

function positionOf({ deviceEpoch, seq }: DeltaPosition): DeltaPosition {
  return { deviceEpoch, seq };
}

interface Content {
  readonly skills: unknown;
  readonly state: Readonly<Record<string, unknown>>;
}

async function expectWhole(directory: string): Promise<void> {
  const { store, outcome } = await openLevelPatternStore({ directory, clock });
  expect(outcome).toBe('opened');
  const skills = (await store.skillList(99)).map(plainPattern);
  const state = await store.loadSyncState();
  await store.close();
  const written = JSON.parse(await readFile(CONTENT, 'utf8')) as Content;
  const { marks: _, merges: __, ...rest } = written.state;
  expect({ skills, state: plainState(state) }).toEqual({ skills: written.skills, state: rest });
  // Highest counts of ids became shares of tastes, counted by marks.
  expect(byId(state.marks)).toEqual([
    ['x 🍿', { ...NO_MARK, refused: 11 }],
    ['été', { ...NO_MARK, byMarks: 12 }],
    ['日本', { ...NO_MARK, byMarks: 12 }],
  ]);
  expect(byId(state.merges)).toEqual([['plain', 'a!b']]);
  expect(state.outbox.map(({ countsBy }) => countsBy)).toEqual(['marks']);
}

describe("a TV's store that the last release wrote", () => {
  it('opens with all that it held, and again', async () => {
    const directory = await copyOfStore();
    await expectWhole(directory);
    await expectWhole(directory);
  });

  it('is whole after kill -9 at any point of its migration (rule 5.6)', async () => {
    const script = fileURLToPath(new URL('migration-process.mjs', import.meta.url));
    let killed = 0;
    for (let round = 0; round < 12; round += 1) {
      const directory = await copyOfStore();
      const run = spawnSync(process.execPath, [script, directory, String(round * 4)]);
      if (run.signal === 'SIGKILL') killed += 1;
      await expectWhole(directory);
    }
    expect(killed).toBeGreaterThan(0);
  });
});

describe('a folder of something else', () => {
  it("is refused where it is a server's, and stays as it is (rule 5.6)", async () => {
    const server = new URL('../../constellation/test/fixtures/server-0.1', import.meta.url);
    const directory = path.join(await temporaryFolder(), 'server');
    await cp(fileURLToPath(server), directory, { recursive: true });
    const error = await syncErrorOf(openLevelPatternStore({ directory, clock }));
    expect(error).toMatchObject({ code: 'invalid-config', details: { field: 'directory' } });
    expect(error.message).toBe(
      `The store ${directory} holds something else than "tv-patterns"; choose another folder`,
    );
  });
});
