import { setTimeout as wait } from 'node:timers/promises';
import { createCertificate } from '../exchanges.js';
import { AskedProcess } from './asked-process.js';
import type { ClientQuestions } from './clients-process.js';
import type { ServerQuestions } from './server-process.js';

export interface IdleOptions {
  readonly connections: number;
  /** How long nothing is asked while the processor time is counted. */
  readonly idleMs: number;
  readonly onStage: (stage: string) => void;
  readonly signal: AbortSignal;
}

/** What connections cost the server that keeps them. */
export interface IdleRow {
  readonly way: 'https' | 'quic';
  /** That the server counted while they were idle. */
  readonly connections: number;
  readonly failed: number;
  /** Resident memory, of one. */
  readonly bytesEach: number;
  /** Of the handshake and the first exchange. */
  readonly connectCpuMs: number;
  /** Of one more exchange over a kept connection. */
  readonly exchangeCpuMs: number;
  /** Of all of them together, a second, while nothing is asked. */
  readonly idleCpuMsPerS: number;
}

/** A process may have 1,024 files open where nothing was raised. */
const CLIENTS_A_PROCESS = 900;

/** One way after the other, with a server of its own each. */
export async function measureIdle(options: IdleOptions): Promise<readonly IdleRow[]> {
  const rows: IdleRow[] = [];
  for (const way of ['https', 'quic'] as const) {
    if (!options.signal.aborted) rows.push(await measureWay(way, options));
  }
  return rows;
}

async function measureWay(way: IdleRow['way'], options: IdleOptions): Promise<IdleRow> {
  const { connections: count, idleMs, onStage, signal } = options;
  const certificate = await createCertificate();
  const server = new AskedProcess<ServerQuestions>('server-process.js');
  const groups: AskedProcess<ClientQuestions>[] = [];
  let failed = 0;
  try {
    const port = await server.ask('serve', { way, certificate });
    // Code is compiled and buffers are had by then.
    const open = async (clients: number): Promise<void> => {
      const group = new AskedProcess<ClientQuestions>('clients-process.js');
      groups.push(group);
      failed += await group.ask('open', { way, port, certificate, clients });
    };
    await open(Math.min(count, CLIENTS_A_PROCESS, Math.ceil(count / 10)));
    const bytesBefore = await server.ask('rssBytes');
    const before = await server.ask('usage');
    for (let left = count - before.connections; left > 0 && !signal.aborted;) {
      onStage(`${way}: ${count - left} of ${count} connections`);
      const clients = Math.min(left, CLIENTS_A_PROCESS);
      await open(clients);
      left -= clients;
    }
    const connected = await server.ask('usage');
    const gainedBytes = (await server.ask('rssBytes')) - bytesBefore;
    onStage(`${way}: nothing is asked`);
    const fromMs = (await server.ask('usage')).cpuMs;
    await wait(idleMs, undefined, { signal });
    const idle = await server.ask('usage');
    onStage(`${way}: one more exchange each`);
    for (const group of groups) failed += await group.ask('exchange');
    const after = await server.ask('usage');
    const gained = connected.connections - before.connections;
    return {
      ...{ way, failed, connections: idle.connections },
      bytesEach: gainedBytes / gained,
      connectCpuMs: (connected.cpuMs - before.cpuMs) / gained,
      exchangeCpuMs: (after.cpuMs - idle.cpuMs) / idle.connections,
      idleCpuMsPerS: (idle.cpuMs - fromMs) / (idleMs / 1000),
    };
  } finally {
    await Promise.all([server, ...groups].map((one) => one.end()));
  }
}
