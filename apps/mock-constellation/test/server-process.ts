import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { WireFormat } from '@omega-tv/compression';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { loadCatalogue } from '@omega-tv/catalogue';
import { onTestFinished } from '@omega-tv/test-support';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const titles = loadCatalogue();
export const format: WireFormat = createNodeV1Format();

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  /** All that it printed, once it has ended. */
  readonly ended: Promise<Ended>;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([[code], stdout, stderr]) => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs a command to its end. */
export function run(args: readonly string[], env?: Readonly<Record<string, string>>) {
  return start(args, env).ended;
}

export interface RunningServer extends Started {
  readonly url: string;
  /** The first that it says on stderr. */
  readonly operators: Promise<string>;
  /** What it has said on stderr so far. */
  said(): string;
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts a server on a free port and waits for its line. */
export async function startServer(
  data: string,
  options: readonly string[] = [],
  env?: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const server = start(['--port', '0', '--data', data, ...options], env);
  const line = new Promise<string>((resolve) => {
    server.child.stdout?.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
  });
  const operators = new Promise<string>((resolve) => {
    server.child.stderr?.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
  });
  let said = '';
  server.child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const first = await Promise.race([line, server.ended]);
  if (typeof first !== 'string') throw new Error(`the server ended: ${first.stderr}`);
  const url = /^Constellation listening on (https?:\S+)\n$/.exec(first)?.[1];
  if (url === undefined) throw new Error(`unexpected line: ${first}`);
  const stop = (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    server.child.kill(signal);
    return server.ended;
  };
  return { ...server, url, operators, stop, said: () => said };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mock-constellation-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function bodyOf(deviceId: string, sampleCount = 12): Promise<Buffer<ArrayBuffer>> {
  const { bytes } = await format.encodeDelta({
    deviceId,
    patterns: [
      { id: 'p1', embedding: titles[0]!.embedding, successRate: 0.9, sampleCount, genre: 'drama' },
    ],
    version: 1,
    timestamp: '2026-11-22T10:00:00Z',
  });
  return Buffer.from(bytes);
}

export async function push(url: string, deviceId: string, sampleCount?: number): Promise<Response> {
  return fetch(`${url}/api/v1/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: await bodyOf(deviceId, sampleCount),
  });
}

export async function versionOf(url: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/sync/version`);
  return ((await answer.json()) as { version: number }).version;
}

export interface Report {
  readonly devices: number;
  readonly deltasApplied: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly samplesAccepted: number;
  readonly version: number;
  readonly epoch: string;
}

export async function reportOf(data: string): Promise<Report> {
  const { code, stdout, stderr } = await run(['report', '--data', data]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}
