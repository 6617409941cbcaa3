import { setImmediate } from 'node:timers/promises';
import { VirtualTimeScheduler } from 'rxjs';
import type { Clock } from '@omega-tv/types';

/** A clock and timers that stand still while work is done, and jump to what is due next. */
export class VirtualTime {
  readonly scheduler = new VirtualTimeScheduler();
  readonly clock: Clock;
  #underWay = 0;

  /** @param startMs Unix milliseconds. */
  constructor(startMs: number) {
    this.clock = {
      nowMs: () => startMs + Math.floor(this.scheduler.now()),
      monotonicMs: () => this.scheduler.now(),
    };
  }

  /** Since the start. */
  get nowS(): number {
    return this.scheduler.now() / 1000;
  }

  /** Time stands still until the work is done. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
    }
  }

  /** Runs what is due up to an instant, and what each of it begins to its end. */
  async advance(untilS: number): Promise<void> {
    const { scheduler } = this;
    const { actions } = scheduler;
    for (let [action] = actions; action !== undefined; [action] = actions) {
      if (action.delay > 1000 * untilS) break;
      actions.shift();
      scheduler.frame = action.delay;
      const failure = action.execute(action.state, action.delay) as Error | undefined;
      if (failure !== undefined) throw failure;
      await this.#settled();
    }
    scheduler.frame = 1000 * untilS;
  }

  async #settled(): Promise<void> {
    do await setImmediate();
    while (this.#underWay > 0);
    // What the end of the work set in motion.
    await setImmediate();
  }
}
