import type { Timer } from '../connection/timers.js';

const LEAST_MS = 300;
const ROUND_TRIPS = 2;

/** How long a server may be silent before another way is tried. Milliseconds. */
export function silenceMs(roundTripMs: number | undefined): number {
  return Math.max(LEAST_MS, ROUND_TRIPS * (roundTripMs ?? 0));
}

/** What is watched of a connection. */
interface Watched {
  readonly isVerified: boolean;
  /** Packets that came from the server. */
  readonly received: number;
  probe(): void;
  fail(failure: 'reset'): void;
}

/**
 * Gives a connection up once nothing comes back in a whole wait: neither to what was sent, nor to the
 * probes that follow it, which a server acknowledges however long it thinks about an answer.
 * @param waitMs asked before each wait.
 * @returns what ends the watch.
 */
export function watchOver(connection: Watched, timer: Timer, waitMs: () => number): () => void {
  let { received } = connection;
  const look = (): void => {
    if (connection.isVerified && connection.received === received) {
      connection.fail('reset');
      return;
    }
    ({ received } = connection);
    connection.probe();
    callOff = timer(look, waitMs());
  };
  let callOff = timer(look, waitMs());
  return () => {
    callOff();
  };
}
