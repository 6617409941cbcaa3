import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { itUnless, missingPrlimit, onTestFinished } from '@omega-tv/test-support';
import { decodeAnswerFrame } from '@omega-tv/compression';
import type { SyncDelta } from '@omega-tv/types';
import { readReport } from '../src/index.js';
import { withStoppedServer } from '../src/operations/stopped-server.js';
import { push } from './raw-http.js';
import { bodyOf, format, kill, patternOf, temporaryFolder, until } from './support.js';
import { format as frames, placedDelta, postFrame } from './v2/support.js';

const SERVER = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/** A TV that cannot reach its server leaves the processor to those who start it. */
const RETRY_MS = 5;

/** Undefined where the server had none to give. */
async function readAnswer(response: Response) {
  if (response.status !== 200) return undefined;
  return decodeAnswerFrame(new Uint8Array(await response.arrayBuffer()));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Starts a server in a process of its own, behind the given command. */
async function start(directory: string, prefix: readonly string[] = []) {
  const line = [...prefix, process.execPath, SERVER, directory];
  const child = spawn(line[0]!, line.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the server ended with ${code} before it listened`);
  });
  const listening = once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>;
  const [url] = await Promise.race([listening, ended]);
  return { child, port: Number(new URL(url).port) };
}

const FRAME_SAMPLES = 4;
const FRAME_PATTERNS = 2;

/** A push by position: what two patterns have more, and a title that was completed. */
function framedDelta(device: number, seq: number): SyncDelta {
  const patterns = Array.from({ length: FRAME_PATTERNS }, (_, i) => ({
    ...patternOf(device + i),
    newSamples: FRAME_SAMPLES,
  }));
  return {
    ...placedDelta(`frames-${device}`, seq, ...patterns),
    capabilities: ['positions', 'titles'],
    engagements: [{ contentId: `imdb:tt${1000 + (seq % 5)}`, count: 1, completed: true }],
    viewerFactors: {
      generation: 0,
      historyClass: 0,
      coordinates: Float64Array.from({ length: 32 }, (_, axis) => Math.sin(axis + device)),
    },
  };
}

it('loses and doubles nothing when it is killed again and again under load (rules 5.1, 11.14)', async () => {
  const directory = await temporaryFolder();
  const acknowledged = Array<number>(5).fill(0);
  const framed = Array<number>(4).fill(0);
  const contents = new Map<number, string>();
  let lastVersion = 0;
  let pushes = 0;
  let isRunning = true;
  let server = await start(directory);

  /** One TV: its count grows; it repeats a push until it is answered, as a client does. */
  const watch = async (device: number): Promise<void> => {
    for (let sampleCount = 10; isRunning || sampleCount === 10; sampleCount += 1 + (device % 3)) {
      const body = await bodyOf(`tv-${device}`, patternOf(device % 2, { sampleCount }));
      for (;;) {
        const answer = await push(server.port, body).catch(() => undefined);
        if (answer?.status !== 200) {
          await setTimeout(RETRY_MS);
          continue;
        }
        const { version } = await format.decodeGlobalPatterns(answer.body);
        const content = answer.body.toString('hex');
        expect(contents.get(version) ?? content).toBe(content);
        contents.set(version, content);
        lastVersion = Math.max(lastVersion, version);
        break;
      }
      acknowledged[device] = sampleCount;
      pushes += 1;
    }
  };
  /** One TV that pushes frames; it repeats one until it hears that the server stands there. */
  const watchInFrames = async (device: number): Promise<void> => {
    for (let seq = 1; isRunning || seq === 1; seq += 1) {
      const { bytes } = await frames.encodeDelta(framedDelta(device, seq));
      for (;;) {
        const url = `http://127.0.0.1:${server.port}`;
        const answer = await postFrame(url, bytes).then(readAnswer, () => undefined);
        if (answer !== undefined) {
          expect(answer.receipt.lastSeq).toBe(seq);
          expect(['applied', 'duplicate']).toContain(answer.receipt.outcome);
          break;
        }
        await setTimeout(RETRY_MS);
      }
      framed[device] = seq;
      pushes += 1;
    }
  };
  const tvs = Promise.all([
    ...acknowledged.map((_, device) => watch(device)),
    ...framed.map((_, device) => watchInFrames(device)),
  ]);
  for (let round = 0; round < 9; round += 1) {
    const target = pushes + 3 + 7 * (round % 4);
    await until(() => pushes >= target);
    const versionBefore = lastVersion;
    await kill(server.child);
    server = await start(directory);
    const probe = await push(server.port, await bodyOf('probe'));
    const { version } = await format.decodeGlobalPatterns(probe.body);
    expect(version).toBeGreaterThanOrEqual(versionBefore);
  }
  isRunning = false;
  await tvs;
  await kill(server.child);
  const report = await readReport(directory);
  const frameCount = sumOf(framed);
  expect(report.samplesAccepted).toBe(
    sumOf(acknowledged) + FRAME_PATTERNS * FRAME_SAMPLES * frameCount,
  );
  expect(report).toMatchObject({ devices: acknowledged.length + framed.length + 1, refused: 0 });
  expect(report.version).toBeGreaterThanOrEqual(lastVersion);
  const learned = await withStoppedServer(directory, ({ partition }) =>
    Promise.resolve(partition.state.learning.counters),
  );
  expect(learned.completions).toBe(frameCount);
});

itUnless(missingPrlimit(), 'keeps what it acknowledged after its disk was full', async () => {
  // A limit on the size of files fails a write half way, just as a full disk does.
  const directory = await temporaryFolder();
  const server = await start(directory, ['prlimit', '--fsize=60000:unlimited']);
  const bodies = await Promise.all(
    Array.from({ length: 60 }, (_, i) => bodyOf(`tv-${i}`, patternOf(i))),
  );
  const accepted = new Set<number>();
  const pushAll = async () => {
    let refusals = 0;
    for (const [i, body] of bodies.entries()) {
      const { status } = await push(server.port, body);
      if (status === 200) accepted.add(i);
      else refusals += Number(status === 503);
    }
    return refusals;
  };
  expect(await pushAll()).toBeGreaterThan(0);
  execFileSync('prlimit', ['--pid', String(server.child.pid), '--fsize=unlimited']);
  // A write that LevelDB began before there was room may still fail; it never stays that way.
  while ((await pushAll()) > 0);
  expect(accepted.size).toBe(60);
  await kill(server.child);
  expect(await readReport(directory)).toMatchObject({ devices: 60, samplesAccepted: 720 });
});
