import {
  createLearningConfig,
  emptyLearning,
  foldCompletions,
  publishTitleFactors,
  sumFactors,
  viewerFactors,
  type Completion,
  type DeviceActivity,
  type LearningConfig,
  type LearningState,
} from '../src/index.js';
import { hmacKeys, START_MS } from './fixtures.js';

/** k = 3 keeps the tests readable. */
export const learningConfig = createLearningConfig({ minDevices: 3 });

/** A repeatable source of chance (a 32-bit linear congruence, upper bits). */
export function chance(seed: number): { next(): number } {
  let state = seed;
  return {
    next() {
      state = (Math.imul(state, 0x19660d) + 0x3c6ef35f) >>> 0;
      const word = Math.imul(state ^ (state >>> 16), 0x45d9f3b);
      return ((word ^ (word >>> 16)) >>> 0) / 0x100000000;
    },
  };
}

export function vectorOf(seed: number, scale = 1): Float64Array {
  const random = chance(seed);
  return Float64Array.from({ length: 32 }, () => scale * (random.next() - 0.5));
}

export function completionOf(
  device: number | string,
  contentId: string,
  change: Partial<Completion> = {},
): Completion {
  return {
    deviceId: `tv-${device}`,
    contentId,
    factors: { generation: 0, coordinates: vectorOf(Number(device) || 7) },
    historyClass: 1,
    receivedAtMs: START_MS,
    ...change,
  };
}

/** Folds, and remembers what is kept of devices. */
export class Folding {
  readonly activities = new Map<string, DeviceActivity>();
  readonly #keys = hmacKeys();

  constructor(
    public state: LearningState = emptyLearning(),
    readonly config: LearningConfig = learningConfig,
  ) {}

  fold(completions: readonly Completion[]) {
    const folded = foldCompletions(
      this.state,
      completions,
      (deviceId) => this.activities.get(deviceId),
      this.#keys,
      this.config,
    );
    this.state = folded.state;
    for (const [deviceId, activity] of folded.activities) this.activities.set(deviceId, activity);
    return folded;
  }

  publish(nowMs = START_MS) {
    const publication = publishTitleFactors(this.state, nowMs, this.config);
    this.state = publication.state;
    return publication;
  }
}

const TITLES_OF_TASTE = 12;

/** Two tastes of twelve titles; each device completes six of its own, drawn by chance. */
export function twoTastes(devices: number, atMs = START_MS): readonly Completion[] {
  const listed = [0, 1].map((taste) =>
    Array.from({ length: TITLES_OF_TASTE }, (_, i) => vectorOf(100 * taste + i, 0.6)),
  );
  const space = { listed: sumFactors(listed.flat()), weights: new Float64Array(32).fill(1) };
  const random = chance(17);
  return Array.from({ length: devices }, (_, device) => {
    const taste = device % 2;
    const chosen = [...listed[taste]!.keys()]
      .map((title) => ({ title, order: random.next() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, 6)
      .map(({ title }) => title);
    return chosen.map((title) => {
      const others = chosen
        .filter((other) => other !== title)
        .map((other) => listed[taste]![other]!);
      const coordinates = viewerFactors(space, sumFactors(others));
      const factors = { generation: 0, coordinates };
      return completionOf(device, `taste${taste}-${title}`, { factors, receivedAtMs: atMs });
    });
  }).flat();
}
