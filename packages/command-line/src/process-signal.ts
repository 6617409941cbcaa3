/** Exit code of a process that a second SIGINT ended (128 + 2). */
const INTERRUPTED = 130;

/**
 * Aborted by the first SIGINT or SIGTERM, so that the command can end cleanly; a second one ends the
 * process at once.
 */
export function signalOfProcess(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(INTERRUPTED);
      controller.abort();
    });
  }
  return controller.signal;
}
