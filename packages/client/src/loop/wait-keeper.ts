import { catchError, defer, from, map, of, type Observable } from 'rxjs';
import type { Clock } from '@omega-tv/types';
import { remainingMs, type KeptWait, type WaitMemory } from './wait-memory.js';
import type { Wait } from './wait-plan.js';

/** Keeps the waits that a server asked for in a memory that may fail. */
export class WaitKeeper {
  /** Whether the memory holds a wait. */
  #isKept = false;

  /** @param report gets what the memory threw. */
  constructor(
    private readonly memory: WaitMemory,
    private readonly clock: Clock,
    private readonly report: (error: unknown) => void,
  ) {}

  /** How long is still to be waited, in ms; one value, at once where the memory answers at once. */
  readonly remaining$: Observable<number> = defer(() => {
    const loaded = this.memory.load();
    return loaded === undefined || 'resumeAtMs' in loaded ? of(loaded) : from(loaded);
  }).pipe(
    catchError((error: unknown) => {
      this.report(error);
      return of(undefined);
    }),
    map((kept) => {
      this.#isKept = kept !== undefined;
      return remainingMs(kept, this.clock.nowMs());
    }),
  );

  /** Only what a server asked for is worth a write, and that it asks for nothing more. */
  keep({ floorMs, delayMs }: Wait): void {
    if (floorMs === 0 && !this.#isKept) return;
    this.#isKept = floorMs > 0;
    const sinceMs = this.clock.nowMs();
    const kept = this.#isKept ? { sinceMs, resumeAtMs: sinceMs + delayMs } : undefined;
    this.#save(kept).catch(this.report);
  }

  async #save(kept: KeptWait | undefined): Promise<void> {
    await this.memory.save(kept);
  }
}
