/** Starts and stops a repeating timer; the machine's unless a test passes its own. */
export type Repeat = (work: () => void, everyMs: number) => () => void;

/** The machine's timers. */
export const repeatWithTimer: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  return () => {
    clearInterval(timer);
  };
};

/** The same, which keep no process running. */
export const repeatAside: Repeat = (work, everyMs) => {
  const timer = setInterval(work, everyMs).unref();
  return () => {
    clearInterval(timer);
  };
};
