import type { Bus } from '../bus/bus.js';
import { isStreamNotFound } from '../bus/stream-not-found.js';
import { PUBLISHER } from '../cluster/duties.js';
import { isPartitionName } from '../cluster/layout.js';
import { Blobs } from '../store/blobs.js';
import { deleteManifest } from '../store/manifest.js';

/** Deletes the logs and checkpoints of all partitions, and of the publisher, but these. */
export async function dropStores(bus: Bus, kept: readonly string[]): Promise<void> {
  const names = (await storesOf(bus)).filter((name) => !kept.includes(name));
  for (const name of names) {
    await deleteManifest(bus.state, name);
    const blobs = new Blobs(bus, name);
    await blobs.deleteOthers(await blobs.list(), []);
    await deleteStream(bus, bus.names.log(name).stream);
  }
}

/** All of which NATS holds anything, whatever the layout says. */
export async function storesOf({ jsm, names }: Bus): Promise<readonly string[]> {
  const found = new Set<string>();
  const prefix = names.log('').stream;
  for await (const stream of jsm.streams.names(names.log('*').subject)) {
    if (stream.startsWith(prefix)) found.add(stream.slice(prefix.length));
  }
  const subjects_filter = `$KV.${names.state}.checkpoint.*`;
  const { state } = await jsm.streams.info(`KV_${names.state}`, { subjects_filter });
  for (const subject of Object.keys(state.subjects ?? {})) {
    found.add(subject.slice(subject.lastIndexOf('.') + 1));
  }
  return [...found].filter((name) => name === PUBLISHER || isPartitionName(name));
}

async function deleteStream({ jsm }: Bus, stream: string): Promise<void> {
  try {
    await jsm.streams.delete(stream);
  } catch (error) {
    if (!isStreamNotFound(error)) throw error;
  }
}
