import path from 'node:path';
import { stat } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { monotonicMs, type Clock } from '@omega-tv/types';
import { Cluster } from './cluster.js';
import { writeLargeBackup } from './large-backup.js';
import { Probes } from './probes.js';

/** How long a partition of many devices was away when its owner was killed. */
export interface FailoverResult {
  readonly devices: number;
  readonly backupBytes: number;
  readonly leaseMs: number;
  /** From the kill until a push was taken, each time. */
  readonly secondsAway: readonly number[];
  /** Of the machine, when each began. */
  readonly loadAverages: readonly number[];
}

export interface FailoverOptions {
  readonly devices: number;
  readonly times: number;
  readonly folder: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onStage: (stage: string) => void;
}

/** Kills the owner of one partition of many devices, so many times. */
export async function measureFailover(options: FailoverOptions): Promise<FailoverResult> {
  const { devices, times, folder, clock, signal, onStage } = options;
  const file = path.join(folder, 'large.backup');
  onStage(`a backup of ${devices} devices is written`);
  await writeLargeBackup(file, devices, folder);
  onStage('it is restored, and machines start');
  const cluster = await Cluster.start({ folder, partitions: 1, backup: file, signal });
  const probes = await Probes.start([cluster.edge.url], 1, clock);
  const secondsAway: number[] = [];
  const loadAverages: number[] = [];
  try {
    for (let time = 0; time < times; time += 1) {
      onStage(`an owner is killed, ${time + 1} of ${times}`);
      await probes.answered(signal);
      loadAverages.push(loadavg()[0] ?? 0);
      const owner = await cluster.ownerOf(devices);
      const killedMs = monotonicMs(clock);
      await owner.kill();
      await probes.answered(signal);
      secondsAway.push((monotonicMs(clock) - killedMs) / 1000);
      await owner.start();
      await cluster.ready(signal);
    }
    const { size: backupBytes } = await stat(file);
    return { devices, backupBytes, leaseMs: cluster.leaseMs, secondsAway, loadAverages };
  } finally {
    await probes.stop();
    await cluster.kill();
  }
}
