import { Readable } from 'node:stream';
import type { Overview } from './overview.js';
import type { Sample } from './sample.js';

/** Samples that a page gets when it opens: ten minutes. */
export const MAX_HISTORY = 600;
/** Pages that are open at a time. */
export const MAX_READERS = 16;
/** A page that has fallen so far behind is hung up; it comes back by itself. */
export const MAX_UNREAD_BYTES = 1024 * 1024;

/** What the events say, by their names; each is JSON. */
export interface DashboardEvents {
  /** Once, when a page opens: oldest first. */
  readonly history: readonly Sample[];
  readonly sample: Sample;
  /** When a page opens, and when it changes. */
  readonly published: Overview['published'] & Pick<Overview, 'minDevices'>;
}

export interface EventSource {
  readonly takeSample: () => Promise<Sample>;
  readonly published: () => DashboardEvents['published'];
}

/** Tells open pages what a server does, as server-sent events (HTML Living Standard, section 9.2). */
export class EventFeed {
  readonly #source: EventSource;
  readonly #history: Sample[] = [];
  readonly #readers = new Set<Readable>();
  #published = '';
  #isClosed = false;

  constructor(source: EventSource) {
    this.#source = source;
  }

  /** Pages that are open. */
  get readers(): number {
    return this.#readers.size;
  }

  /** A stream of events for one page; undefined where as many are open as may be. */
  open(): Readable | undefined {
    if (this.#isClosed || this.#readers.size >= MAX_READERS) return undefined;
    const reader = new Readable({ read: () => undefined });
    reader.once('close', () => this.#readers.delete(reader));
    this.#readers.add(reader);
    reader.push(toEvent('history', this.#history));
    this.#published = toEvent('published', this.#source.published());
    reader.push(this.#published);
    return reader;
  }

  /** Takes a sample, and tells it; what is published too, where it has changed. */
  async tell(): Promise<void> {
    const sample = await this.#source.takeSample();
    this.#history.push(sample);
    if (this.#history.length > MAX_HISTORY) this.#history.shift();
    if (this.#readers.size === 0) return;
    this.#send(toEvent('sample', sample));
    const published = toEvent('published', this.#source.published());
    if (published === this.#published) return;
    this.#published = published;
    this.#send(published);
  }

  /** Ends all streams, and opens no more. */
  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.push(null);
    this.#readers.clear();
  }

  #send(event: string): void {
    for (const reader of this.#readers) {
      if (reader.readableLength <= MAX_UNREAD_BYTES) reader.push(event);
      else {
        this.#readers.delete(reader);
        reader.destroy();
      }
    }
  }
}

function toEvent<Name extends keyof DashboardEvents>(
  name: Name,
  data: DashboardEvents[Name],
): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
