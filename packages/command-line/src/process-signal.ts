import type { Clock } from '@omega-tv/types';

/** Exit code of a process that Ctrl-C ended (128 + SIGINT). */
export const INTERRUPTED = 130;

/** npm passes Ctrl-C on although the terminal has sent it already: what comes this soon is the same one. */
const SAME_SIGNAL_MS = 2000;

/** Why the work was broken off: someone asked for it. Its message says what became of the work. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
}

interface SignalActions {
  readonly clock: Clock;
  /** Asks the work to end cleanly. */
  readonly stop: () => void;
  /** Ends the process as it is. */
  readonly endAtOnce: () => void;
}

/** What to do at each signal: the first one stops, and only a deliberate later one ends at once. */
export function createSignalHandler({ clock, stop, endAtOnce }: SignalActions): () => void {
  let firstMs: number | undefined;
  return () => {
    if (firstMs === undefined) {
      firstMs = clock.nowMs();
      stop();
    } else if (clock.nowMs() - firstMs > SAME_SIGNAL_MS) {
      endAtOnce();
    }
  };
}

const upTime: Clock = { nowMs: () => 1000 * process.uptime() };

/**
 * Aborted by the first SIGINT, SIGTERM or SIGHUP, so that the command can end cleanly; one that comes more
 * than two seconds later ends the process at once. The reason is an Interruption that says `outcome`.
 */
export function signalOfProcess(outcome = 'the work was not done'): AbortSignal {
  const controller = new AbortController();
  const onSignal = createSignalHandler({
    clock: upTime,
    stop: () => {
      controller.abort(new Interruption(outcome));
    },
    endAtOnce: () => process.exit(INTERRUPTED),
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return controller.signal;
}
