import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, openLevelConstellationStore } from '@omega-tv/constellation';
import { memoryInUse } from './memory-in-use.js';
import { Messages } from './messages.js';

/** What a device costs that pushes nothing. */
export interface DeviceCost {
  readonly devices: number;
  /** Compacted, all files. */
  readonly diskBytes: number;
  /** Of the process after a collection, beyond what it had before; devices are read when they come up. */
  readonly memoryBytes: number;
}

/** Lets so many devices push once, and looks at what is left of them. */
export async function measureDevices(directory: string, devices: number): Promise<DeviceCost> {
  const messages = new Messages([], 1);
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
  });
  const before = memoryInUse();
  for (let first = 0; first < devices; first += 64) {
    const count = Math.min(64, devices - first);
    await Promise.all(
      Array.from({ length: count }, (_, i) =>
        constellation.syncFrame(messages.frame(`tv-${first + i}`, 1, 0)),
      ),
    );
  }
  await constellation.checkpoint();
  const memory = memoryInUse() - before;
  await constellation.close();
  const names = await readdir(directory);
  const sizes = await Promise.all(
    names
      .filter((name) => /\.(?:ldb|log|sst)$/.test(name))
      .map(async (name) => (await stat(path.join(directory, name))).size),
  );
  return {
    devices,
    diskBytes: sizes.reduce((sum, size) => sum + size, 0) / devices,
    memoryBytes: Math.max(0, memory) / devices,
  };
}
