import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '@nats-io/transport-node';
import { openBus, openNatsConstellationStore } from '@omega-tv/nats';
import { missingNats, NatsNode } from '@omega-tv/test-support/nats';

/** Deltas of one message, as many as an owner under load appends together. */
export const ENVELOPE_DELTAS = 100;
const ENTRY_BYTES = 300;

/** What a stream on NATS keeps beside each delta, in bytes; undefined where there is no NATS. */
export async function measureEnvelope(): Promise<number | undefined> {
  if (missingNats() !== undefined) return undefined;
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-envelope-'));
  const [nats] = await NatsNode.prepare(folder);
  try {
    await nats?.start();
    return await appendTo(nats?.url ?? '', folder);
  } finally {
    await nats?.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

async function appendTo(url: string, scratch: string): Promise<number> {
  const connection = await connect({ servers: url });
  const bus = await openBus({ connection });
  const store = await openNatsConstellationStore({ bus, partition: 'p0', scratch });
  const bytes = async (): Promise<number> => {
    const { state } = await bus.jsm.streams.info(bus.names.log('p0').stream);
    return state.bytes;
  };
  const before = await bytes();
  const entries = Array.from({ length: ENVELOPE_DELTAS }, () => new Uint8Array(ENTRY_BYTES));
  await store.log.append(entries, 0);
  const after = await bytes();
  await store.close();
  await connection.close();
  return (after - before) / ENVELOPE_DELTAS - ENTRY_BYTES;
}
