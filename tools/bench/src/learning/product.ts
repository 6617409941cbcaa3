import { createTextStart } from '@omega-tv/federation';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { Codecs, type TitleHoldings } from '@omega-tv/compression';
import { precisionsOf, type Measured, type Precisions } from './evaluate.js';
import { runFleet, type FleetRun } from './fleet.js';
import type { FleetSettings } from './settings.js';
import { scoresOf, sumsOf, TitleSpaces, viewerFor } from './title-space.js';
import type { Split, Trial } from './trials.js';
import type { World } from './viewers.js';

export const PRODUCT = 'omega-tv';
const FIRST_EXCHANGE = 'omega-tv first exchange';
/** A new TV holds the whole list after fewer. */
const MOST_EXCHANGES = 16;
const SHOWN_EXCHANGES = [2, 4];
const SHOWN_PUBLICATIONS = [1, 2, 4, 8, 12];

/** What a fleet cost. */
export interface FleetCosts {
  readonly passes: number;
  readonly upBytes: number;
  readonly downBytes: number;
  /** Bytes and titles of each answer that a new TV gets, until it lacks nothing. */
  readonly answers: readonly { readonly bytes: number; readonly titles: number }[];
  readonly generation: number;
}

/** Runs the product's fleets over the splits of one world. */
export class Product {
  readonly #codecs: Codecs;
  readonly #spaces: TitleSpaces;

  constructor(private readonly world: World) {
    const codebook = readMiniLmCodebook();
    this.#codecs = new Codecs([createEmbeddingCodec(codebook)]);
    this.#spaces = new TitleSpaces(world, createTextStart(codebook));
  }

  /** The rows of the table, and those by bytes received and by publications. */
  measure(
    split: Split,
    settings: FleetSettings,
  ): { readonly measured: readonly Measured[]; readonly costs: FleetCosts } {
    const measured: Measured[] = [];
    const add = (row: string, holdings: TitleHoldings): void => {
      measured.push({ row, setting: '', precisions: this.#precisions(split.trials, holdings) });
    };
    const run = this.#run(split, settings, (publication, { exchanges }) => {
      if (!SHOWN_PUBLICATIONS.includes(publication)) return;
      const { holdings } = receiveAll({ exchanges });
      add(`after ${publication} publication${publication === 1 ? '' : 's'}`, holdings);
    });
    const { holdings, answers, states } = receiveAll(run);
    add(PRODUCT, holdings);
    add(FIRST_EXCHANGE, states[0] ?? {});
    for (const exchanges of SHOWN_EXCHANGES) {
      add(`${exchanges} exchanges`, states[exchanges - 1] ?? holdings);
    }
    const { passes, upBytes, downBytes } = run;
    const generation = holdings.current?.head.generation ?? 0;
    return { measured, costs: { passes, upBytes, downBytes, answers, generation } };
  }

  /** All answers received, under other settings. */
  measureOnce(row: string, split: Split, settings: FleetSettings): Measured {
    const { holdings } = receiveAll(this.#run(split, settings));
    return { row, setting: '', precisions: this.#precisions(split.trials, holdings) };
  }

  #run(
    split: Split,
    settings: FleetSettings,
    onPublished?: (publication: number, run: FleetRun) => void,
  ): FleetRun {
    const context = { codecs: this.#codecs, spaces: this.#spaces, settings };
    return runFleet(this.world, split, context, onPublished);
  }

  #precisions(trials: readonly Trial[], holdings: TitleHoldings): Precisions {
    const space = this.#spaces.of(holdings.current);
    const { scoring } = space;
    return precisionsOf(trials, ({ known }) =>
      scoresOf(space, viewerFor(space, sumsOf(space, known), scoring), scoring),
    );
  }
}

function receiveAll({ exchanges }: Pick<FleetRun, 'exchanges'>) {
  const states: TitleHoldings[] = [];
  const answers: FleetCosts['answers'][number][] = [];
  let holdings: TitleHoldings = {};
  for (let count = 0; count < MOST_EXCHANGES; count += 1) {
    const { holdings: next, bytes } = exchanges.exchange(holdings);
    if (next === holdings) break;
    holdings = next;
    states.push(holdings);
    answers.push({ bytes, titles: countTitles(holdings) });
  }
  return { holdings, states, answers };
}

function countTitles({ current }: TitleHoldings): number {
  return [...(current?.pieces.values() ?? [])].reduce((sum, { titles }) => sum + titles.length, 0);
}
