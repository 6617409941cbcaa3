import {
  createLearningConfig,
  emptyLearning,
  foldCompletions,
  publishTitleFactors,
  type CohortKeys,
  type Completion,
  type DeviceActivity,
  type LearningConfig,
} from '@omega-tv/federation';
import {
  encodeAnswerFrame,
  fillTitles,
  publishTitles,
  type TitleList,
} from '@omega-tv/compression';
import type { HeldTitles, PublishedFactors, SyncDelta } from '@omega-tv/types';

/** Completions that are folded at a time: each batch goes over all titles once. */
const BATCH = 2048;
/** The section's type and length. */
const SECTION_BYTES = 4;

/** What a Constellation does with learning, without HTTP and disk: deltas in, frames out. */
export class LearningServer {
  list: TitleList | undefined;
  /** As computed, before quantisation. */
  exact: PublishedFactors | undefined;
  readonly #config: LearningConfig;
  readonly #keys: CohortKeys = createKeys();
  readonly #activities = new Map<string, DeviceActivity>();
  #state = emptyLearning();
  #batch: Completion[] = [];

  constructor(options: Partial<LearningConfig>) {
    // Histories of years arrive within the replay's few weeks: no day's share may cut them.
    const maxCompletionsPerDay = Number.MAX_SAFE_INTEGER;
    this.#config = createLearningConfig({ maxCompletionsPerDay, ...options });
  }

  /** A delta, as it comes off the wire. */
  receive(delta: SyncDelta, nowMs: number): void {
    const { deviceId, engagements = [], viewerFactors, hits } = delta;
    for (const { contentId, completed } of engagements) {
      if (!completed) continue;
      this.#batch.push({
        deviceId,
        contentId,
        receivedAtMs: nowMs,
        ...(viewerFactors === undefined
          ? {}
          : { factors: viewerFactors, historyClass: viewerFactors.historyClass }),
        ...(hits === undefined ? {} : { hits }),
      });
    }
    if (this.#batch.length >= BATCH) this.#fold();
  }

  publish(nowMs: number): void {
    this.#fold();
    const { state, factors } = publishTitleFactors(this.#state, nowMs, this.#config);
    this.#state = state;
    if (factors === null) return;
    this.exact = factors;
    this.list = publishTitles(this.list, factors);
  }

  /** An answer frame of at most so many bytes. */
  answer(held: HeldTitles | undefined, maxBytes: number): Uint8Array {
    const bare = encodeAnswerFrame(BARE_ANSWER);
    if (this.list === undefined) return bare;
    const titles = fillTitles(this.list, held, maxBytes - bare.length - SECTION_BYTES);
    return titles === undefined ? bare : encodeAnswerFrame({ ...BARE_ANSWER, titles });
  }

  #fold(): void {
    const folded = foldCompletions(
      this.#state,
      this.#batch,
      (deviceId) => this.#activities.get(deviceId),
      this.#keys,
      this.#config,
    );
    this.#state = folded.state;
    for (const [deviceId, activity] of folded.activities) this.#activities.set(deviceId, activity);
    this.#batch = [];
  }
}

const BARE_ANSWER = {
  receipt: {
    serverEpoch: '00112233445566ff',
    lastSeq: 1,
    outcome: 'applied',
    digest: '8899aabbccddeeff',
  },
  window: { minMs: 300_000, maxMs: 900_000 },
  current: { stream: 'global', version: 1, hash: '0123456789abcdef' },
} as const;

function createKeys(): CohortKeys {
  let drawn = 0;
  return {
    drawKey: () => `cohort-${(drawn += 1)}`,
    // Nobody is to be kept from reading these: any equal tag for an equal device will do.
    tagDevice: (_, deviceId) => deviceId,
  };
}
