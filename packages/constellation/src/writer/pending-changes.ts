import type { LearningTouched, SharedItem, Touched } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import { deviceIdOf } from '../secrets.js';
import type { CheckpointChange, LearningChange } from '../store/constellation-store.js';
import type { ServerState } from './server-state.js';

/** What a step changed, beside counters. */
export interface ChangedRecords {
  readonly touched?: Touched;
  /** Absent where nothing of the learning of titles changed. */
  readonly learned?: LearningTouched & {
    /** True where axes or scoring are others. */
    readonly model?: boolean;
  };
  /** By device key; undefined where the record goes. */
  readonly devices?: ReadonlyMap<string, DeviceRecord | undefined>;
  /** True where the list of titles is another one. */
  readonly titles?: boolean;
  /** True where the global patterns are others. */
  readonly published?: boolean;
  /** Of frames that came or went. */
  readonly versions?: readonly number[];
}

/** What has changed since a checkpoint: the next one writes this and no more. */
export class PendingChanges {
  /** By device id. */
  readonly #devices = new Map<string, DeviceRecord | undefined>();
  readonly #clusters = new Set<string>();
  readonly #trends = new Set<string>();
  readonly #titles = new Set<string>();
  readonly #shared = new Set<SharedItem>();
  readonly #versions = new Set<number>();
  #isLearned = false;
  #hasModel = false;
  #hasList = false;
  #hasPublished = false;
  #steps = 0;

  /** Of records. */
  get size(): number {
    return this.#devices.size + this.#clusters.size + this.#titles.size;
  }

  /** True where no step was taken. */
  get isEmpty(): boolean {
    return this.#steps === 0;
  }

  add({ touched, learned, devices, titles, published, versions }: ChangedRecords): void {
    this.#steps += 1;
    for (const id of touched?.clusters ?? []) this.#clusters.add(id);
    for (const id of touched?.trends ?? []) this.#trends.add(id);
    for (const id of learned?.titles ?? []) this.#titles.add(id);
    for (const item of learned?.shared ?? []) this.#shared.add(item);
    for (const [key, record] of devices ?? []) this.#devices.set(deviceIdOf(key), record);
    for (const version of versions ?? []) this.#versions.add(version);
    this.#isLearned ||= learned !== undefined;
    this.#hasModel ||= learned?.model === true;
    this.#hasList ||= titles === true;
    this.#hasPublished ||= published === true;
  }

  /** Whether the record of a device changed, and what it is. */
  deviceOf(key: string): { readonly record: DeviceRecord | undefined } | undefined {
    const id = deviceIdOf(key);
    return this.#devices.has(id) ? { record: this.#devices.get(id) } : undefined;
  }

  /** What to write so that the checkpoint is `state`, up to the log's `offset`. */
  changeTo(state: ServerState, offset: number): CheckpointChange {
    const { epoch, settings, counters, federation, titles, frames, merged } = state;
    return {
      offset,
      epoch,
      ...(settings === undefined ? {} : { settings }),
      counters,
      federationCounters: federation.counters,
      devices: new Map(this.#devices),
      clusters: pick(this.#clusters, federation.clusters),
      trends: pick(this.#trends, federation.trends),
      ...(this.#isLearned ? { learning: this.#learningOf(state) } : {}),
      ...(this.#hasList && titles !== undefined ? { titles } : {}),
      ...(this.#hasPublished ? { published: federation.published } : {}),
      frames: pick(this.#versions, frames),
      ...(merged === undefined ? {} : { merged }),
    };
  }

  #learningOf({ learning }: ServerState): LearningChange {
    const { counters, titles, shared, axes, scoring } = learning;
    return {
      counters,
      titles: pick(this.#titles, titles),
      shared: pick(this.#shared, shared),
      ...(this.#hasModel ? { model: { axes, scoring } } : {}),
    };
  }
}

function pick<Id, Value>(
  ids: Iterable<Id>,
  values: ReadonlyMap<Id, Value>,
): ReadonlyMap<Id, Value | undefined> {
  return new Map(Array.from(ids, (id) => [id, values.get(id)]));
}
