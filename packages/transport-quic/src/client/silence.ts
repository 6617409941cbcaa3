import type { Timer } from '../connection/timers.js';

const LEAST_MS = 300;
const ROUND_TRIPS = 2;
/** When in a wait a sign of life is asked for: late enough to be rare, and a round trip before its end. */
const PROBE_SHARE = 0.25;
/** Of a wait; loss alone makes a server silent for one. */
const WAITS_UNTIL_GIVEN_UP = 3;

/** How long a server may be silent before another way is tried. Milliseconds. */
export function silenceMs(roundTripMs: number | undefined): number {
  return Math.max(LEAST_MS, ROUND_TRIPS * (roundTripMs ?? 0));
}

interface WatchOptions {
  readonly connection: {
    readonly isVerified: boolean;
    /** Asks for a sign of life, which a server gives however long it thinks about an answer. */
    probe(): void;
    fail(failure: 'reset'): void;
  };
  readonly timer: Timer;
  /** Asked whenever a wait begins. */
  readonly waitMs: () => number;
  /** Called when nothing came for a wait, and for each further one. */
  readonly onSilence: () => void;
}

/** Says when a connection is silent while an answer is waited for, and gives it up after three waits. */
export class Watch {
  readonly #options: WatchOptions;
  #callOff: () => void = () => undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.heard();
  }

  /** A packet came: the wait begins anew. */
  heard(): void {
    this.stop();
    this.#wait(1);
  }

  stop(): void {
    this.#callOff();
  }

  #wait(nth: number): void {
    const { connection, timer, waitMs, onSilence } = this.#options;
    const wholeMs = waitMs();
    this.#callOff = timer(() => {
      connection.probe();
      this.#callOff = timer(
        () => {
          onSilence();
          if (connection.isVerified && nth >= WAITS_UNTIL_GIVEN_UP) connection.fail('reset');
          else this.#wait(nth + 1);
        },
        wholeMs * (1 - PROBE_SHARE),
      );
    }, wholeMs * PROBE_SHARE);
  }
}
