import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import {
  canDiff,
  Codecs,
  decodeSnapshotFrame,
  encodeDiffFrame,
  encodeSnapshotFrame,
  isSameSnapshot,
  SNAPSHOT_STEP,
  type PublishSnapshotOptions,
  type Snapshot,
} from '@omega-tv/compression';
import { GLOBAL_STREAM, isSyncError, type SnapshotReference } from '@omega-tv/types';

export interface SnapshotOptions {
  /** One for each codebook that the server reads; it publishes with the first. */
  readonly codecs: readonly [EmbeddingCodec, ...EmbeddingCodec[]];
  /** Most bytes of a full snapshot. Default: 5,120. */
  readonly budgetBytes?: number;
  /** Versions kept: bases of deltas and diffs. Default: 64. */
  readonly maxVersions?: number;
  /** How long they are kept; the newest always is. Default: 24 hours. */
  readonly maxAgeMs?: number;
}

const DEFAULT_BUDGET_BYTES = 5120;
const DEFAULT_MAX_VERSIONS = 64;
const DEFAULT_MAX_AGE_MS = 24 * 60 * 60 * 1000;
/** About cosine .97 on published patterns: coarser ones are left out instead. */
const COARSEST_STEP = 0.025;
/** A version leaves up to one part in so many of its budget, and is coded half as often. */
const SPARE_PART = 100;

/** What changed in the window: to be written with the publication. */
export interface WindowChange {
  readonly added: Snapshot;
  readonly frame: Uint8Array;
  readonly expired: readonly number[];
}

/** The published versions that deltas may be coded against and diffs start from. */
export class SnapshotWindow {
  readonly codecs: Codecs;
  readonly #options: Required<SnapshotOptions>;
  #versions: ReadonlyMap<number, Snapshot> = new Map();
  #newest: Snapshot | undefined;
  /** Frames that were made, by their snapshot and the base that they start from, itself for the whole. */
  #frames = new WeakMap<Snapshot, WeakMap<Snapshot, Uint8Array>>();

  constructor(options: SnapshotOptions) {
    this.codecs = new Codecs(options.codecs);
    this.#options = {
      budgetBytes: DEFAULT_BUDGET_BYTES,
      maxVersions: DEFAULT_MAX_VERSIONS,
      maxAgeMs: DEFAULT_MAX_AGE_MS,
      ...options,
    };
  }

  get newest(): Snapshot | undefined {
    return this.#newest;
  }

  /** Oldest first. */
  get kept(): readonly Snapshot[] {
    return [...this.#versions.values()];
  }

  /** Goes on with stored frames, oldest first; what cannot be read any more is left out. */
  restore(frames: ReadonlyMap<number, Uint8Array>): void {
    const versions = new Map<number, Snapshot>();
    for (const [version, frame] of frames) {
      const snapshot = this.#known(version, frame) ?? this.#read(frame);
      if (snapshot !== undefined) versions.set(snapshot.version, snapshot);
    }
    this.#versions = versions;
    this.#newest = [...versions.values()].at(-1);
  }

  /** How the next version's content is made. */
  get publishing(): PublishSnapshotOptions {
    return {
      stream: GLOBAL_STREAM,
      budgetBytes: this.#options.budgetBytes,
      step: SNAPSHOT_STEP,
      coarsestStep: COARSEST_STEP,
      spareBytes: Math.floor(this.#options.budgetBytes / SPARE_PART),
      ...(this.#newest === undefined ? {} : { previous: this.#newest }),
    };
  }

  /** The versions that go where one comes; nothing changes before `adopt`. */
  expiredAt(nowMs: number): readonly number[] {
    const { maxVersions, maxAgeMs } = this.#options;
    const { kept } = this;
    const tooMany = kept.length + 1 - maxVersions;
    return kept
      .filter((one, i) => i < tooMany || nowMs - Date.parse(one.timestamp) > maxAgeMs)
      .map(({ version }) => version);
  }

  /** The change is durable. */
  adopt({ added, frame, expired }: WindowChange): void {
    const versions = new Map(this.#versions);
    for (const version of expired) versions.delete(version);
    versions.set(added.version, added);
    this.#versions = versions;
    this.#newest = added;
    this.#frames.set(added, new WeakMap([[added, frame]]));
  }

  /** The snapshot of a version, where the content is the same. */
  find(reference: SnapshotReference): Snapshot | undefined {
    const known = this.#versions.get(reference.version);
    return isSameSnapshot(known, reference) ? known : undefined;
  }

  findVersion(stream: string, version: number): Snapshot | undefined {
    return stream === GLOBAL_STREAM ? this.#versions.get(version) : undefined;
  }

  /** A frame that makes the newest version from `base`; undefined where that is the newest. */
  frameOfNewest(base: Snapshot | undefined): Uint8Array | undefined {
    const newest = this.#newest;
    if (newest === undefined || newest === base) return undefined;
    return this.frameOf(newest, base);
  }

  /** A frame that makes a version from `base`, or from nothing; each is made once. */
  frameOf(snapshot: Snapshot, base: Snapshot = snapshot): Uint8Array {
    const made = this.#frames.get(snapshot) ?? new WeakMap<Snapshot, Uint8Array>();
    this.#frames.set(snapshot, made);
    const frame = made.get(base) ?? this.#makeFrame(snapshot, base);
    made.set(base, frame);
    return frame;
  }

  /** The diff where one can be made and is smaller, else the whole. */
  #makeFrame(snapshot: Snapshot, base: Snapshot): Uint8Array {
    if (base === snapshot) return encodeSnapshotFrame(snapshot);
    const whole = this.frameOf(snapshot);
    if (!canDiff(base, snapshot)) return whole;
    const diff = encodeDiffFrame(base, snapshot);
    return diff.length < whole.length ? diff : whole;
  }

  /** The snapshot as it was read before: what was made of it is not made again. */
  #known(version: number, frame: Uint8Array): Snapshot | undefined {
    const known = this.#versions.get(version);
    return known !== undefined && Buffer.compare(this.frameOf(known), frame) === 0
      ? known
      : undefined;
  }

  /** Undefined for a frame of a codebook that the server no longer has. */
  #read(frame: Uint8Array): Snapshot | undefined {
    try {
      return decodeSnapshotFrame(this.codecs, frame);
    } catch (error) {
      if (isSyncError(error, 'protocol')) return undefined;
      throw error;
    }
  }
}
