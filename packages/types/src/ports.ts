/** What time it is. Injected, so that tests and simulations set the time. */
export interface Clock {
  /** The wall clock, in Unix milliseconds. It may jump, either way, at any moment. */
  nowMs(): number;
  /**
   * A clock that never jumps, in milliseconds: only differences say something. Durations come from
   * it. Default: the machine's (`performance.now`).
   */
  monotonicMs?(): number;
}

/** A source of chance. Injected, so that tests are repeatable. */
export interface RandomSource {
  /** Uniform in [0, 1). */
  next(): number;
}

/** Where a package logs; pino and its kin fit. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const ignore = (): void => undefined;

/** Logs nowhere. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
