import type { GlobalPatterns } from '@omega-tv/types';
import type { TitleList, WireFormat } from '@omega-tv/compression';
import { encodeVersion, type EncodedVersion } from '../work/publication-work.js';
import { decodePublication, type PublishedState } from './publication-codec.js';
import { withKnownPieces } from './published-entry.js';
import type { SnapshotWindow, WindowChange } from './snapshot-window.js';

/** A version on its way to the disk. */
export interface NewVersion {
  readonly globals: GlobalPatterns;
  /** The answer to v1 pushes. */
  readonly answer: Uint8Array;
  /** Absent where the server speaks v1 only. */
  readonly snapshot?: WindowChange;
}

/**
 * What pushes are answered with: nothing that is not durable yet. Several Constellations of a process
 * share one where another server publishes for them.
 */
export class Published {
  readonly #format: WireFormat;
  readonly #window: SnapshotWindow | undefined;
  /** The answer to every v1 push since the last publication. */
  #answer: Uint8Array = new Uint8Array();
  #version = 0;
  #titles: TitleList | undefined;

  constructor(format: WireFormat, window: SnapshotWindow | undefined) {
    this.#format = format;
    this.#window = window;
  }

  /** The versions in frames; undefined where the server speaks v1 only. */
  get window(): SnapshotWindow | undefined {
    return this.#window;
  }

  get answer(): Uint8Array {
    return this.#answer;
  }

  get version(): number {
    return this.#version;
  }

  /** The list that TVs get titles of; undefined before the first. */
  get titles(): TitleList | undefined {
    return this.#titles;
  }

  /** Makes the content of a version on this thread; nothing changes before `adopt`. */
  async prepare(globals: GlobalPatterns, nowMs: number): Promise<NewVersion> {
    const encoders = { codec: this.#window?.codecs.first, format: this.#format };
    return this.toNewVersion(
      await encodeVersion(globals, this.#window?.publishing, encoders),
      nowMs,
    );
  }

  /** A version that was worked out, with the versions that go for it. */
  toNewVersion({ globals, answer, snapshot }: EncodedVersion, nowMs: number): NewVersion {
    if (snapshot === undefined) return { globals, answer };
    const expired = this.#window?.expiredAt(nowMs) ?? [];
    return { globals, answer, snapshot: { ...snapshot, expired } };
  }

  /** The version is durable. */
  adopt({ globals, answer, snapshot }: NewVersion): void {
    if (snapshot !== undefined) this.#window?.adopt(snapshot);
    this.#answer = answer;
    this.#version = globals.version;
  }

  /** The list is durable. */
  adoptTitles(titles: TitleList): void {
    this.#titles = titles;
  }

  /** Goes on with what another server has published, see `Constellation.publication`. */
  follow(publication: Uint8Array): Promise<void> {
    return this.restore(decodePublication(publication));
  }

  /** Goes on with what is stored. */
  async restore({ federation: { published }, titles, frames }: PublishedState): Promise<void> {
    this.#titles = titles && withKnownPieces(titles, this.#titles);
    this.#window?.restore(frames);
    if (this.lacks(published)) return;
    this.#answer = await this.#encodeAnswer(published, this.#window?.newest);
    this.#version = published.version;
  }

  /**
   * True where the newest version's frame is missing: a server without these codecs has written the
   * store. It is to be published anew, as the next version, for a version has one content.
   */
  lacks({ version }: Pick<GlobalPatterns, 'version'>): boolean {
    return version > 0 && this.#window !== undefined && this.#window.newest?.version !== version;
  }

  /** The v1 answer says what the snapshot says, as far as it has room. */
  async #encodeAnswer(
    globals: GlobalPatterns,
    snapshot: Pick<GlobalPatterns, 'patterns'> | undefined,
  ): Promise<Uint8Array> {
    const patterns = snapshot?.patterns ?? globals.patterns;
    return (await this.#format.encodeGlobalPatterns({ ...globals, patterns })).bytes;
  }
}
