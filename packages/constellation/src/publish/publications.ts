import type { Clock, GlobalPatterns, Logger } from '@omega-tv/types';
import type { TitleList, WireFormat } from '@omega-tv/compression';
import { workOutPublication, type PublicationResult } from '../work/publication-work.js';
import type { Workers } from '../work/workers.js';
import { adoptPublished } from '../writer/fold-entry.js';
import type { Partition } from '../writer/partition.js';
import type { ServerState } from '../writer/server-state.js';
import { toPublicationJob } from './publishable-state.js';
import { toPublishedEntry, withKnownPieces } from './published-entry.js';
import type { NewVersion, Published } from './published.js';
import type { SnapshotWindow } from './snapshot-window.js';
import { isTidied } from './tidy-state.js';

export interface PublicationsOptions {
  readonly partition: Partition;
  readonly published: Published;
  /** Absent where the server speaks v1 only. */
  readonly window: SnapshotWindow | undefined;
  readonly format: WireFormat;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly workers: Workers | undefined;
}

/** Makes versions of what closed cohorts say, one after another, beside the pushes. */
export class Publications {
  readonly #options: PublicationsOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PublicationsOptions) {
    this.#options = options;
  }

  /** See `Constellation.publish`. */
  publish(): Promise<GlobalPatterns | undefined> {
    const published = this.#last.then(() => this.#publish());
    this.#last = published.catch(() => undefined);
    return published;
  }

  /** Resolves when none is being made. */
  async settled(): Promise<void> {
    await this.#last;
  }

  /** A store that another server wrote may lack the newest version's frame. */
  async publishMissing(): Promise<void> {
    const { partition, published, clock } = this.#options;
    const globals = partition.state.federation.published;
    if (!published.lacks(globals)) return;
    const next = { ...globals, version: globals.version + 1 };
    await this.#adopt(undefined, await published.prepare(next, clock.nowMs()));
  }

  async #publish(): Promise<GlobalPatterns | undefined> {
    const { window, workers, published, format, clock } = this.#options;
    const nowMs = clock.nowMs();
    const state = await this.#tidy(nowMs);
    const job = toPublicationJob(state, nowMs, window?.publishing);
    const codec = window?.codecs.first;
    const { version, titles } = await (workers?.publish(job) ??
      workOutPublication(job, { codec, format }));
    const list = titles && withKnownPieces(titles.list, state.titles);
    await this.#adopt(
      titles && { ...titles, list: list ?? titles.list },
      version && published.toNewVersion(version, nowMs),
    );
    return version?.globals;
  }

  /** The state that is published: tidied, and durable. */
  async #tidy(atMs: number): Promise<ServerState> {
    const { partition } = this.#options;
    const [state, durable] = await partition.inTurn(async () => {
      const entry = { kind: 'tidied', atMs } as const;
      const tidied = await partition.fold(entry);
      if (!isTidied(tidied, partition.state, atMs)) void partition.append(entry, tidied);
      return [partition.state, partition.durable] as const;
    });
    await durable;
    return state;
  }

  async #adopt(
    titles: PublicationResult['titles'],
    version: NewVersion | undefined,
  ): Promise<void> {
    const { partition, published } = this.#options;
    const entry = toPublishedEntry(titles, version);
    if (entry === undefined) return;
    const { durable } = await partition.inTurn(() => ({
      durable: partition.append(entry, adoptPublished(partition.state, entry, titles?.list)),
    }));
    await durable;
    if (titles !== undefined) published.adoptTitles(titles.list);
    if (version !== undefined) published.adopt(version);
    this.#log(titles?.list, version);
  }

  #log(titles: TitleList | undefined, version: NewVersion | undefined): void {
    const { logger } = this.#options;
    if (titles !== undefined) {
      const pieces = titles.pieces.size;
      logger.info({ titlesVersion: titles.version, pieces }, 'published titles');
    }
    if (version === undefined) return;
    const { globals, answer, snapshot } = version;
    const { patterns, trends } = globals;
    const counts = { patterns: patterns.length, trends: trends.length };
    const sizes = { answerBytes: answer.length, snapshotBytes: snapshot?.frame.length };
    logger.info({ version: globals.version, ...counts, ...sizes }, 'published');
  }
}
