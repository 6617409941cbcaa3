import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@omega-tv/types';
import type { ConstellationStore } from '../store/constellation-store.js';
import { dayAt, isDue } from './expired-devices.js';
import type { Partition } from './partition.js';

/** Records that are read before pushes get their turn. */
const SLICE = 256;
/** Of one run: every half minute, that is a million devices in two hours. */
const SLICES = 16;

export interface DeviceSweepOptions {
  readonly partition: Partition;
  readonly store: ConstellationStore;
  readonly clock: Clock;
  readonly deviceDays: number;
  /** Where the first run begins: a server that never runs for long must not look at the same ones. */
  readonly startAt: string;
}

/** Goes through the records of devices, round after round, and forgets those that push no more. */
export class DeviceSweep {
  readonly #options: DeviceSweepOptions;
  #after: string;

  constructor(options: DeviceSweepOptions) {
    this.#options = options;
    this.#after = options.startAt;
  }

  /** A part of a round. @throws what the store throws; it goes on from there next time. */
  async run(): Promise<void> {
    for (let i = 0; i < SLICES; i += 1) {
      const isEnd = await this.#sweepSlice();
      if (isEnd) return;
      await setImmediate();
    }
  }

  async #sweepSlice(): Promise<boolean> {
    const { partition, store, clock, deviceDays } = this.#options;
    const records = await store.checkpoints.listDevices(this.#after, SLICE);
    const today = dayAt(partition.state, clock.nowMs());
    const beforeDay = today - deviceDays;
    const deviceIds = [...records]
      .filter(([, record]) => isDue(record, beforeDay))
      .map(([id]) => id);
    if (deviceIds.length > 0) {
      const entry = { kind: 'expired', deviceIds, beforeDay, today } as const;
      const { durable } = await partition.inTurn(() => partition.step(entry));
      await durable;
    }
    const isEnd = records.size < SLICE;
    this.#after = isEnd ? '' : ([...records.keys()].at(-1) ?? '');
    return isEnd;
  }
}
