import type { SyncDelta } from '@omega-tv/types';
import type { LearningServer } from './learning-server.js';
import type { FleetRun } from './fleet.js';
import { Product, receiveAll } from './product.js';
import { Recommender } from './recommend.js';
import { FLEET } from './settings.js';
import { LIST_LENGTH, precisionAt10, topTitles, type Split, type Trial } from './trials.js';
import type { World } from './viewers.js';

/** What devices that lie do. */
export interface Attack {
  readonly name: string;
  /** Length of their viewer factors, whitened; undefined where they send none. */
  readonly norm?: number;
  /** Times that each of them reports the title. */
  readonly reports: number;
  /** What viewer factors are cut to. */
  readonly maxViewerNorm: number;
}

const CUT = 12;
const NEVER_CUT = 1e9;

export const ATTACKS: readonly Attack[] = [
  { name: 'completions alone', reports: 1, maxViewerNorm: CUT },
  { name: 'crafted viewers', norm: 1000, reports: 1, maxViewerNorm: CUT },
  { name: 'crafted viewers, not cut', norm: 1000, reports: 1, maxViewerNorm: NEVER_CUT },
  { name: 'crafted viewers, 24 reports each', norm: 1000, reports: 24, maxViewerNorm: CUT },
];
/** Of all devices; in the order in which they are measured. */
export const LIAR_SHARES = [0.1, 0.01, 0.2, 0.05];

/** What an attack brought. */
export interface LiarsRow {
  readonly attack: string;
  /** Of all devices. */
  readonly share: number;
  /** Part of the lists of ten, of all who ask, that have the title. */
  readonly lists: number;
  /** The same, on average, of honest titles with about as many completions. */
  readonly honestLists: number;
  /** Precision@10 of all who ask. */
  readonly precision: number;
}

/** Nobody reports the title that liars push but they. */
const PUSHED = 'liars:title';
/** Honest titles are compared with that have so many times its completions, or the inverse. */
const ALIKE = 1.3;

/** Measures one attack on one split. */
export function measureLiars(
  world: World,
  split: Split,
  attack: Attack,
  share: number,
  onPart: (part: number) => void,
): LiarsRow {
  const withPushed: World = {
    ...world,
    titleIds: [...world.titleIds, PUSHED],
    embeddings: [...world.embeddings, new Float32Array(world.embeddings[0]?.length ?? 0)],
  };
  const product = new Product(withPushed, onPart);
  const settings = { ...FLEET, server: { maxViewerNorm: attack.maxViewerNorm } };
  const liars = new Liars(split, attack, share);
  const run = product.run(split, settings, {
    intruders: (nowMs, { server }) => liars.next(nowMs, server),
  });
  return { attack: attack.name, share, ...resultOf(product, split, run, withPushed.titleIds) };
}

/** Their deltas, evenly among those of the others. */
class Liars {
  readonly #perDelta: number;
  readonly #devices: number;
  #due = 0;
  #sent = 0;

  constructor(
    { learning }: Split,
    private readonly attack: Attack,
    share: number,
  ) {
    const passes = FLEET.passesOf(learning.length);
    const honest = passes * learning.length;
    const deltas = passes * learning.reduce((sum, likes) => sum + likes.length, 0);
    this.#devices = Math.round((honest * share) / (1 - share));
    this.#perDelta = (this.#devices * attack.reports) / deltas;
  }

  next(nowMs: number, server: LearningServer): readonly SyncDelta[] {
    this.#due += this.#perDelta;
    const deltas: SyncDelta[] = [];
    for (; this.#due >= 1; this.#due -= 1) deltas.push(this.#delta(nowMs, server));
    return deltas;
  }

  #delta(nowMs: number, { exact }: LearningServer): SyncDelta {
    const device = this.#sent % Math.max(1, this.#devices);
    this.#sent += 1;
    // Along the mean viewer: whoever is like most people is to be shown the title.
    const mean = exact?.meanViewers[3];
    const length = Math.sqrt(mean?.reduce((sum, value) => sum + value * value, 0) ?? 0);
    const { norm } = this.attack;
    return {
      deviceId: `liar-${device}`,
      patterns: [],
      version: 1,
      timestamp: new Date(nowMs).toISOString(),
      engagements: [{ contentId: PUSHED, count: 1, completed: true }],
      ...(norm === undefined || mean === undefined || exact === undefined || length === 0
        ? {}
        : {
            viewerFactors: {
              generation: exact.generation,
              historyClass: 3,
              coordinates: mean.map((value) => (value * norm) / length),
            },
          }),
    };
  }
}

function resultOf(
  product: Product,
  { trials }: Split,
  run: FleetRun,
  titleIds: readonly string[],
): Omit<LiarsRow, 'attack' | 'share'> {
  const pushed = titleIds.length - 1;
  const space = product.spaces.of(receiveAll(run).holdings.current);
  const recommender = new Recommender(product.catalogue, space);
  const shown = new Float64Array(titleIds.length);
  let precision = 0;
  for (const trial of trials) {
    const scores = recommender.counted(trial);
    precision += precisionAt10(scores, trial) / trials.length;
    for (const title of listOf(scores, trial))
      shown[title] = (shown[title] ?? 0) + 1 / trials.length;
  }
  const own = space.titles.get(pushed)?.logCount ?? 0;
  const alike = [...space.titles.values()].filter(
    ({ index, logCount }) => index !== pushed && Math.abs(logCount - own) < Math.log(ALIKE),
  );
  const honest = alike.reduce((sum, { index }) => sum + (shown[index] ?? 0), 0);
  return {
    lists: shown[pushed] ?? 0,
    honestLists: honest / Math.max(1, alike.length),
    precision,
  };
}

function listOf(scores: Float64Array, { known }: Trial): readonly number[] {
  return topTitles(scores, LIST_LENGTH, new Set(known));
}
