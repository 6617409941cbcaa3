import type { Clock } from '@omega-tv/types';

/** The machine's time, some days ago: the days of the simulated viewers pass in a moment. */
export class PassingClock implements Clock {
  readonly #machine: Clock;
  #behindMs: number;

  constructor(machine: Clock, behindMs: number) {
    this.#machine = machine;
    this.#behindMs = behindMs;
  }

  nowMs(): number {
    return this.#machine.nowMs() - this.#behindMs;
  }

  /** Time passes, though never beyond the machine's. */
  advance(ms: number): void {
    this.#behindMs = Math.max(0, this.#behindMs - ms);
  }
}
