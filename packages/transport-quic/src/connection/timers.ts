/** Does work once, later; what it returns calls that off. Injected, so that tests set the time. */
export type Timer = (work: () => void, delayMs: number) => () => void;

/** The machine's. It keeps no process alive by itself. */
export const systemTimer: Timer = (work, delayMs) => {
  const timer = setTimeout(work, delayMs).unref();
  return () => {
    clearTimeout(timer);
  };
};
