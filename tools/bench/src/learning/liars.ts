import type { LearningConfig } from '@omega-tv/federation';
import type { SyncDelta, ViewerFactors } from '@omega-tv/types';
import type { LearningServer } from './learning-server.js';
import type { FleetRun } from './fleet.js';
import { Product, receiveAll } from './product.js';
import { Recommender } from './recommend.js';
import { FLEET } from './settings.js';
import { LIST_LENGTH, precisionAt10, topTitles, type Split, type Trial } from './trials.js';
import type { World } from './viewers.js';

/** What devices that lie do, and what the server does against it. */
export interface Attack {
  readonly name: string;
  /**
   * The viewers that they send: none, those of honest devices as they are, or all one along the
   * mean viewer of the fleet, so long in the whitened norm.
   */
  readonly viewers: 'none' | 'honest' | number;
  /** Times that each of them reports the title. */
  readonly reports: number;
  /** Settings of a server without a defence. */
  readonly server?: Partial<LearningConfig>;
}

const NEVER_CUT: Partial<LearningConfig> = { maxViewerNorm: 1e9 };
const NOT_SHARED: Partial<LearningConfig> = { sharedMoment: 0 };
const HUGE = 1000;
/** About what draws a title farthest where a tenth of the devices report it, see `titleSolver`. */
const BEST = 2;

/** The second is the measure of the others: what as many honest viewers bring a title. */
export const ATTACKS: readonly Attack[] = [
  { name: 'completions, no viewers', viewers: 'none', reports: 1 },
  { name: "honest viewers' own", viewers: 'honest', reports: 1 },
  { name: 'crafted viewers, huge', viewers: HUGE, reports: 1 },
  { name: 'crafted viewers, as pays most', viewers: BEST, reports: 1 },
  { name: 'the same, 24 reports each', viewers: BEST, reports: 24 },
  { name: 'huge, alike not counted', viewers: HUGE, reports: 1, server: NOT_SHARED },
  { name: 'huge, not cut', viewers: HUGE, reports: 1, server: NEVER_CUT },
  {
    name: 'huge, neither',
    viewers: HUGE,
    reports: 1,
    server: { ...NOT_SHARED, ...NEVER_CUT },
  },
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
/** Class of the longest histories. */
const MOST_HISTORY = 3;
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
  const settings = attack.server === undefined ? FLEET : { ...FLEET, server: attack.server };
  const liars = new Liars(split, attack, share);
  const run = product.run(split, settings, {
    intruders: (after, nowMs, { server }) => liars.next(after, nowMs, server),
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

  /** @param honest the delta that reached the server before theirs. */
  next(honest: SyncDelta, nowMs: number, server: LearningServer): readonly SyncDelta[] {
    this.#due += this.#perDelta;
    const deltas: SyncDelta[] = [];
    for (; this.#due >= 1; this.#due -= 1) deltas.push(this.#delta(honest, nowMs, server));
    return deltas;
  }

  #delta(honest: SyncDelta, nowMs: number, server: LearningServer): SyncDelta {
    const device = this.#sent % Math.max(1, this.#devices);
    this.#sent += 1;
    const { viewers } = this.attack;
    const viewerFactors =
      typeof viewers === 'number'
        ? craftedViewer(server, viewers)
        : viewers === 'honest'
          ? honest.viewerFactors
          : undefined;
    return {
      deviceId: `liar-${device}`,
      patterns: [],
      version: 1,
      timestamp: new Date(nowMs).toISOString(),
      engagements: [{ contentId: PUSHED, count: 1, completed: true }],
      ...(viewerFactors === undefined ? {} : { viewerFactors }),
    };
  }
}

/** Along the mean viewer: whoever is like most people is to be shown the title. */
function craftedViewer({ exact }: LearningServer, norm: number): ViewerFactors | undefined {
  const mean = exact?.meanViewers[MOST_HISTORY];
  if (exact === undefined || mean === undefined) return undefined;
  const length = Math.sqrt(mean.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) return undefined;
  const coordinates = mean.map((value) => (value * norm) / length);
  return { generation: exact.generation, historyClass: MOST_HISTORY, coordinates };
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
