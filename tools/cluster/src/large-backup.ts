import { createHash } from 'node:crypto';
import path from 'node:path';
import { encodeDeltaFrame } from '@omega-tv/compression';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  backupStore,
  Constellation,
  openLevelConstellationStore,
  restoredEntries,
  writeBackupFile,
  type BackupEntry,
} from '@omega-tv/constellation';
import type { SyncDelta } from '@omega-tv/types';

const ID_LENGTH = 22;

/** Writes the backup of a server that so many devices have pushed to: each with the record of one that did. */
export async function writeLargeBackup(
  file: string,
  devices: number,
  folder: string,
): Promise<void> {
  const directory = path.join(folder, 'one-device');
  const one = path.join(folder, 'one-device.backup');
  await pushOnce(directory);
  await backupStore(directory, one);
  await writeBackupFile(file, multiplied(one, devices));
}

async function pushOnce(directory: string): Promise<void> {
  const codec = createMiniLmCodec();
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [codec] },
  });
  const embedding = new Float32Array(384).fill(0.05);
  const delta: SyncDelta = {
    deviceId: 'tv',
    version: 1,
    timestamp: '2026-11-22T10:00:00Z',
    position: { deviceEpoch: 7, seq: 1 },
    capabilities: ['positions', 'titles'],
    patterns: [
      { id: 'p', embedding, genre: 'drama', successRate: 0.9, sampleCount: 12, newSamples: 12 },
    ],
    engagements: [{ contentId: 'imdb:tt1', count: 1, completed: true }],
  };
  const options = { rate: { budgetBytes: 2048 }, random: { next: () => 0.5 } };
  await constellation.syncFrame(encodeDeltaFrame(codec, delta, options).bytes);
  await constellation.close();
}

async function* multiplied(file: string, devices: number): AsyncIterable<BackupEntry> {
  for await (const entry of restoredEntries(file)) {
    if (entry.kind === 'head') {
      const counters = { ...entry.value.counters, devices };
      yield { kind: 'head', value: { ...entry.value, counters } };
    } else if (entry.kind === 'device') {
      for (let i = 0; i < devices; i += 1) {
        const id = createHash('sha256').update(`tv-${i}`).digest('base64url').slice(0, ID_LENGTH);
        yield { ...entry, id };
      }
    } else yield entry;
  }
}
