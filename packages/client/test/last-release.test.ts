import { spawnSync } from 'node:child_process';
import { cp, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { PatternData } from '@omega-tv/types';
import type { PatternStore, SyncState } from '../src/index.js';
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

function plainState(state: SyncState) {
  const { snapshot, frame } = state;
  return {
    lastVersion: state.lastVersion,
    marks: byId(state.marks),
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
    serverEpoch: state.serverEpoch ?? null,
    next: state.next ?? null,
    merges: byId(state.merges),
    owner: state.owner ?? null,
  };
}

async function contentOf(store: PatternStore): Promise<unknown> {
  const skills = (await store.skillList(99)).map(plainPattern);
  return { skills, state: plainState(await store.loadSyncState()) };
}

async function expectWhole(directory: string): Promise<void> {
  const opened = await openLevelPatternStore({ directory, clock });
  expect(opened.outcome).toBe('opened');
  const content = await contentOf(opened.store);
  await opened.store.close();
  expect(content).toEqual(JSON.parse(await readFile(CONTENT, 'utf8')));
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
