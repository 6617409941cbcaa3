import type { Timer } from '../connection/timers.js';

/** More than the round trip to a server near by, and the least: servers are busy at times. Milliseconds. */
const LEAST_MS = 75;
/** Of a known round trip: an answer is late then. */
const ROUND_TRIPS = 1.25;
/** Of the first wait. A second copy is for losses: a slow line, on which a copy takes the time of others, has answered. */
const LATER = 4;

export interface EarlyCopiesOptions {
  readonly timer: Timer;
  /** As far as it is known. */
  readonly roundTripMs: () => number | undefined;
  /** Sends the flight again. @returns false where it has gone often enough. */
  readonly repeat: () => boolean;
}

/** Repeats a flight that nothing answers, after a wait, and after four times that again. */
export class EarlyCopies {
  readonly #options: EarlyCopiesOptions;
  #callOff: (() => void) | undefined;
  #isOver = false;

  constructor(options: EarlyCopiesOptions) {
    this.#options = options;
  }

  /** A datagram went. */
  sent(): void {
    if (this.#callOff !== undefined || this.#isOver) return;
    this.#wait(Math.max(LEAST_MS, ROUND_TRIPS * (this.#options.roundTripMs() ?? 0)));
  }

  /** The server was heard. */
  heard(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  /** Nothing is repeated any more. */
  end(): void {
    this.heard();
    this.#isOver = true;
  }

  #wait(delayMs: number): void {
    this.#callOff = this.#options.timer(() => {
      this.#wait(LATER * delayMs);
      if (!this.#options.repeat()) this.#callOff?.();
    }, delayMs);
  }
}
