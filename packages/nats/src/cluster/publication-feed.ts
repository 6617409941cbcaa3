import type { Constellation, Published } from '@omega-tv/constellation';
import type { Bus } from '../bus/bus.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';
import { Blobs, type BlobReference } from '../store/blobs.js';

const KEY = 'publication';

/** What was published last, and where it lies. */
interface Announcement {
  readonly epoch: string;
  readonly version: number;
  readonly titles: number;
  readonly blob: BlobReference;
}

/** How what one node publishes comes to all. */
export class PublicationFeed {
  readonly #bus: Bus;
  readonly #blobs: Blobs;
  /** Of the announcement that was read last. */
  #revision = 0;

  constructor(bus: Bus) {
    this.#bus = bus;
    this.#blobs = new Blobs(bus, KEY);
  }

  /** Tells all nodes, unless something newer was told. */
  async announce(publisher: Constellation): Promise<void> {
    const { published } = publisher.overview();
    const { epoch } = publisher.report();
    const titles = published.titles.version;
    const found = await this.#bus.state.get(KEY);
    const before = found?.json<Announcement>();
    if (before?.epoch === epoch && !isNewer(before, published.version, titles)) return;
    if (published.version === 0 && titles === 0) return;
    const listed = await this.#blobs.list();
    const blob = await this.#blobs.put([publisher.publication()]);
    const value = JSON.stringify({
      ...{ epoch, version: published.version, titles, blob },
    } satisfies Announcement);
    try {
      if (found === null) await this.#bus.state.create(KEY, value);
      else await this.#bus.state.update(KEY, value, found.revision);
    } catch (error) {
      // Otherwise it may have been told all the same, and what it names must stay.
      if (!isWrongSequence(error)) throw error;
      await this.#blobs.delete(blob);
      return;
    }
    // The one before stays a while, for who reads it now.
    await this.#blobs.deleteOthers(listed, before === undefined ? [blob] : [before.blob, blob]);
  }

  /** Takes in what was told since; true where something was. */
  async follow(published: Published): Promise<boolean> {
    const found = await this.#bus.state.get(KEY);
    if (found === null || found.revision === this.#revision) return false;
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#blobs.read(found.json<Announcement>().blob)) pieces.push(piece);
    await published.follow(Buffer.concat(pieces));
    this.#revision = found.revision;
    return true;
  }
}

function isNewer(before: Announcement, version: number, titles: number): boolean {
  return version > before.version || (version === before.version && titles > before.titles);
}
