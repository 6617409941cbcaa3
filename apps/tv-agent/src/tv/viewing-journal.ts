import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import type { Viewing } from '@omega-tv/simulated-viewers';

/** A viewing, and whose it was. */
export interface OwnedViewing extends Viewing {
  readonly profile?: string;
}

export interface ViewingJournalOptions {
  /** What a power cut may take: viewings wait this long for others to be written with. */
  readonly windowMs: number;
  /** Writes them in one step for each profile. */
  readonly write: (viewings: readonly OwnedViewing[]) => Promise<void>;
  /** Gets what `write` threw at the end of a window; the viewings wait for the next one. */
  readonly report: (error: unknown) => void;
  /** Default: RxJS's asynchronous scheduler. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Gathers viewings and writes them together: flash is worn by each write, however small. What was
 * noted is durable within the window, or once `flush` resolves.
 */
export class ViewingJournal {
  #waiting: readonly OwnedViewing[] = [];
  #timer: Subscription | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: ViewingJournalOptions) {}

  /** Viewings that are not on the disk yet. */
  get waiting(): number {
    return this.#waiting.length;
  }

  note(viewing: OwnedViewing): void {
    this.#waiting = [...this.#waiting, viewing];
    const { windowMs, report, scheduler = asyncScheduler } = this.options;
    this.#timer ??= scheduler.schedule(() => {
      this.flush().catch(report);
    }, windowMs);
  }

  /** Writes what waits; durable when it resolves. */
  flush(): Promise<void> {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#turn = this.#turn.then(
      () => this.#write(),
      () => this.#write(),
    );
    return this.#turn;
  }

  async #write(): Promise<void> {
    const viewings = this.#waiting;
    if (viewings.length === 0) return;
    await this.options.write(viewings);
    this.#waiting = this.#waiting.slice(viewings.length);
  }
}
