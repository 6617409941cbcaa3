import { createTextStart } from '@omega-tv/federation';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { Codecs, type TitleHoldings } from '@omega-tv/compression';
import { precisionsOf, viewersOf, type Measured } from './evaluate.js';
import { runFleet, type FleetRun } from './fleet.js';
import { PRODUCT, type FleetCosts, type SplitResult } from './learning-report.js';
import { NewTitles } from './new-titles.js';
import { FLEET, type FleetSettings, type Variant } from './settings.js';
import { scoresOf, sumsOf, TitleSpaces, viewerFor, type TitleSpace } from './title-space.js';
import type { Split } from './trials.js';
import type { World } from './viewers.js';

const FIRST_EXCHANGE = 'omega-tv first exchange';
/** A new TV holds the whole list after fewer. */
const MOST_EXCHANGES = 16;
const SHOWN_EXCHANGES = [2, 4];
const SHOWN_PUBLICATIONS = [1, 2, 4, 8, 12];

/** Runs the product's fleets over the splits of one world. */
export class Product {
  readonly #codecs: Codecs;
  readonly #spaces: TitleSpaces;

  constructor(private readonly world: World) {
    const codebook = readMiniLmCodebook();
    this.#codecs = new Codecs([createEmbeddingCodec(codebook)]);
    this.#spaces = new TitleSpaces(world, createTextStart(codebook));
  }

  /** The rows of the table, those by bytes received and by publications, and that of new titles. */
  measure(split: Split): readonly SplitResult[] {
    const measured: Measured[] = [];
    const add = (row: string, { current }: TitleHoldings): void => {
      measured.push(this.#row(row, split, this.#spaces.of(current)));
    };
    const run = this.#run(split, FLEET, (publication, { exchanges }) => {
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
    const costs = { passes, upBytes, downBytes, answers, generation };
    const own = { split: split.index, viewers: viewersOf(split.trials), measured, costs };
    const newTitles = new NewTitles(this.world, split);
    return [own, newTitles.measureCounted(this.#spaces.of(holdings.current))];
  }

  /** All answers received, under other settings or with fewer viewers to learn from. */
  measureVariant(split: Split, { row, settings, oneViewerOf = 1 }: Variant): SplitResult {
    const learning = split.learning.filter((_, viewer) => viewer % oneViewerOf === 0);
    const { holdings } = receiveAll(this.#run({ ...split, learning }, { ...FLEET, ...settings }));
    const measured = [this.#row(row, split, this.#spaces.of(holdings.current))];
    return { split: split.index, viewers: viewersOf(split.trials), measured };
  }

  /** A tenth of the titles hidden from the server. */
  measureNewTitles(split: Split): SplitResult {
    const newTitles = new NewTitles(this.world, split);
    const { holdings } = receiveAll(this.#run(newTitles.splitWithout, FLEET));
    return newTitles.measure(this.#spaces.of(holdings.current));
  }

  #run(
    split: Split,
    settings: FleetSettings,
    onPublished?: (publication: number, run: FleetRun) => void,
  ): FleetRun {
    const context = { codecs: this.#codecs, spaces: this.#spaces, settings };
    return runFleet(this.world, split, context, onPublished);
  }

  #row(row: string, { trials }: Split, space: TitleSpace): Measured {
    const { scoring } = space;
    const precisions = precisionsOf(trials, ({ known }) =>
      scoresOf(space, viewerFor(space, sumsOf(space, known), scoring)),
    );
    return { row, setting: '', precisions };
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
