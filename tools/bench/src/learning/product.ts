import { TitleSpaces, type CatalogueTitle } from '@omega-tv/client';
import { createTextStart } from '@omega-tv/federation';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { Codecs, type TitleHoldings } from '@omega-tv/compression';
import { precisionsOf, viewersOf, type Measured } from './evaluate.js';
import { runFleet, type FleetContext, type FleetRun } from './fleet.js';
import { PRODUCT, type FleetCosts, type SplitResult } from './learning-report.js';
import { NewTitles } from './new-titles.js';
import { catalogueOf, Recommender } from './recommend.js';
import { FLEET, type FleetSettings, type Variant } from './settings.js';
import type { Split } from './trials.js';
import type { World } from './viewers.js';

const FIRST_EXCHANGE = 'omega-tv first exchange';
/** A new TV holds the whole list after fewer. */
const MOST_EXCHANGES = 16;
const SHOWN_EXCHANGES = [2, 4];
const SHOWN_PUBLICATIONS = [1, 2, 4, 8, 12];

/** Runs the product's fleets over the splits of one world. */
export class Product {
  readonly catalogue: readonly CatalogueTitle[];
  readonly spaces: TitleSpaces;
  readonly #codecs: Codecs;

  /** @param onPart hears how much of a fleet is done, 0 to 1. */
  constructor(
    private readonly world: World,
    private readonly onPart: (part: number) => void = () => undefined,
  ) {
    const codebook = readMiniLmCodebook();
    this.#codecs = new Codecs([createEmbeddingCodec(codebook)]);
    this.catalogue = catalogueOf(world);
    this.spaces = new TitleSpaces(this.catalogue, createTextStart(codebook));
  }

  /** The rows of the table, those by bytes received and by publications, and that of new titles. */
  measure(split: Split): readonly SplitResult[] {
    const measured: Measured[] = [];
    const add = (row: string, holdings: TitleHoldings): void => {
      measured.push(this.rowOf(row, split, holdings));
    };
    const run = this.run(split, FLEET, {
      onPublished: (publication, { exchanges }) => {
        if (!SHOWN_PUBLICATIONS.includes(publication)) return;
        const { holdings } = receiveAll({ exchanges });
        add(`after ${publication} publication${publication === 1 ? '' : 's'}`, holdings);
      },
    });
    const { holdings, answers, states } = receiveAll(run);
    add(PRODUCT, holdings);
    add(FIRST_EXCHANGE, states[0] ?? {});
    for (const exchanges of SHOWN_EXCHANGES) {
      add(`${exchanges} exchanges`, states[exchanges - 1] ?? holdings);
    }
    // The product's own first, then how it came to it.
    measured.push(...measured.splice(0, SHOWN_PUBLICATIONS.length));
    const { passes, upBytes, downBytes } = run;
    const { generation = 0, scoring = 0 } = holdings.current?.head ?? {};
    const costs = { passes, upBytes, downBytes, answers, generation, scoring };
    const own = { split: split.index, viewers: viewersOf(split.trials), measured, costs };
    const newTitles = new NewTitles(this.world, split);
    return [own, newTitles.measureCounted(this.spaces.of(holdings.current))];
  }

  /** All answers received, under other settings or with fewer viewers to learn from. */
  measureVariant(split: Split, { row, settings, oneViewerOf = 1 }: Variant): SplitResult {
    const learning = split.learning.filter((_, viewer) => viewer % oneViewerOf === 0);
    const { holdings } = receiveAll(this.run({ ...split, learning }, { ...FLEET, ...settings }));
    const measured = [this.rowOf(row, split, holdings)];
    return { split: split.index, viewers: viewersOf(split.trials), measured };
  }

  /** A tenth of the titles hidden from the server. */
  measureNewTitles(split: Split): SplitResult {
    const newTitles = new NewTitles(this.world, split);
    const { holdings } = receiveAll(this.run(newTitles.splitWithout, FLEET));
    return newTitles.measure(this.spaces.of(holdings.current));
  }

  run(
    split: Split,
    settings: FleetSettings,
    { onPublished, ...more }: Pick<FleetContext, 'onPublished' | 'intruders'> = {},
  ): FleetRun {
    return runFleet(this.world, split, {
      codecs: this.#codecs,
      spaces: this.spaces,
      settings,
      onPublished: (publication, run) => {
        this.onPart(publication / settings.publications);
        onPublished?.(publication, run);
      },
      ...more,
    });
  }

  /** Precision of a TV that holds this. */
  rowOf(row: string, { trials }: Split, { current }: TitleHoldings): Measured {
    const recommender = new Recommender(this.catalogue, this.spaces.of(current));
    return { row, setting: '', precisions: precisionsOf(trials, recommender.counted) };
  }
}

/** What a new TV holds after each answer, until it lacks nothing. */
export function receiveAll({ exchanges }: Pick<FleetRun, 'exchanges'>) {
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
