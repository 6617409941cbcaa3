import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SampleBooks } from '@omega-tv/client';
import { Child } from './child.js';
import type { TvMessage } from './tv-messages.js';

const program = fileURLToPath(new URL('tv-process.js', import.meta.url));

type Opened = Extract<TvMessage, { readonly kind: 'opened' }>;

/** After a loss it learns others, so that what is left is not learned again. */
const PATTERNS_OF_A_STORE = 10;

/** A real TV as a process, and what is known of its samples from outside. */
export class Tv {
  readonly folder: string;
  readonly #deviceId: string;
  readonly #url: string;
  /** Where its store lies; another one once it was set aside. */
  #patterns = 0;
  #child: Child | undefined;
  /** Samples that it said are on the disk. */
  #stored = 0;
  #lostOnDisk = 0;
  #isInMemory = false;
  /** Counted by the server before the last loss of its store, and what was left of them here. */
  #ofLostStores = 0;
  #foundAfterLoss = 0;
  #settled: SampleBooks | undefined;

  constructor(folder: string, deviceId: string, url: string) {
    this.folder = path.join(folder, deviceId);
    this.#deviceId = deviceId;
    this.#url = url;
  }

  /** Resolves when its store is open. */
  #start(onOpened: (opened: Opened) => void, clockOffsetMs = 0): Promise<void> {
    this.#settled = undefined;
    const { folder } = this;
    const args = [folder, this.#url, this.#deviceId, `${this.#patterns}`, `${clockOffsetMs}`];
    return new Promise((resolve, reject) => {
      const child = new Child([program, ...args], (line) => {
        const message = JSON.parse(line) as TvMessage;
        if (message.kind === 'opened') {
          // At once: what it stores next may stand in the same chunk of its output.
          onOpened(message);
          resolve();
        } else if (message.kind === 'stored') {
          if (!this.#isInMemory) this.#stored += message.samples;
        } else {
          this.#settled = message.books;
        }
      });
      this.#child = child;
      child.ended().then((how) => {
        reject(new Error(`${this.#deviceId} ended ${how} before its store was open`));
      }, reject);
    });
  }

  /** What the server must have counted of it by now, where nothing waits. */
  expected({ learned }: SampleBooks): number {
    return this.#ofLostStores + learned - this.#foundAfterLoss;
  }

  /** Samples that were on the disk and are not there any more. */
  get lostOnDisk(): number {
    return this.#lostOnDisk;
  }

  /** Opens its store again, and compares what it finds with what it had stored. */
  restart(clockOffsetMs = 0): Promise<void> {
    return this.#start(({ learned, outcome }) => {
      this.#isInMemory = outcome === 'memory-only';
      if (this.#isInMemory) return;
      this.#lostOnDisk += Math.max(0, this.#stored - learned);
      // The write that it died in may have come through.
      this.#stored = learned;
    }, clockOffsetMs);
  }

  /** Opens a store that may have lost something, all of which the server has counted. */
  restartAfterLoss(): Promise<void> {
    this.#patterns += PATTERNS_OF_A_STORE;
    return this.#start(({ learned }) => {
      this.#ofLostStores += this.#stored - this.#foundAfterLoss;
      this.#foundAfterLoss = learned;
      this.#stored = learned;
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.signal(name);
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  /**
   * Syncs until nothing waits, and ends; one whose disk could not be used does so once more with what
   * is on it. @throws Error where it died instead.
   */
  async settle(): Promise<SampleBooks> {
    const books = await this.#settleOnce();
    if (!this.#isInMemory) return books;
    this.#ofLostStores += books.learned;
    await this.restart();
    return this.#settleOnce();
  }

  async #settleOnce(): Promise<SampleBooks> {
    this.#child?.tell('settle');
    const how = await this.#child?.ended();
    if (this.#settled === undefined) throw new Error(`${this.#deviceId} died ${how ?? ''}`);
    return this.#settled;
  }
}
