import { monotonicMs, SyncError, type Clock } from '@omega-tv/types';

const MINUTE_MS = 60_000;
/** Devices that are told apart at a time; the longest unseen gives way. */
const MAX_TRACKED = 50_000;

interface Minute {
  readonly sinceMs: number;
  count: number;
}

/** @throws SyncError `invalid-config` for what is no rate: a whole number from 1 on, or no limit. */
export function checkRate(perMinute: number): void {
  if (perMinute === Infinity || (Number.isSafeInteger(perMinute) && perMinute >= 1)) return;
  const message = `A rate limit is ${perMinute}; expected requests a minute, at least 1`;
  throw new SyncError('invalid-config', message, { field: 'limits' });
}

/** For who asks too often. @param who as in "from this device". */
export function tooManyRequests(
  who: string,
  perMinute: number,
  afterMs: number,
): SyncError<'http'> {
  return new SyncError(
    'http',
    `Too many requests came from ${who}; at most ${perMinute} a minute are answered`,
    { reason: 'client-error', status: 429 },
    { retryable: true, retryAfterMs: afterMs },
  );
}

/** Counts pushes of one device a minute, whichever way they come; its minute begins with the first. */
export class DeviceRate {
  readonly #perMinute: number;
  readonly #clock: Clock;
  readonly #minutes = new Map<string, Minute>();

  /** @throws SyncError `invalid-config` for what is no rate. */
  constructor(perMinute: number, clock: Clock) {
    checkRate(perMinute);
    this.#perMinute = perMinute;
    this.#clock = clock;
  }

  /** @throws SyncError `http` with status 429 for one too many. */
  take(deviceId: string): void {
    if (this.#perMinute === Infinity) return;
    const nowMs = monotonicMs(this.#clock);
    const minute = this.#minuteOf(deviceId, nowMs);
    minute.count += 1;
    if (minute.count <= this.#perMinute) return;
    throw tooManyRequests('this device', this.#perMinute, minute.sinceMs + MINUTE_MS - nowMs);
  }

  #minuteOf(deviceId: string, nowMs: number): Minute {
    const known = this.#minutes.get(deviceId);
    const isOver = known === undefined || nowMs - known.sinceMs >= MINUTE_MS;
    const minute = isOver ? { sinceMs: nowMs, count: 0 } : known;
    // The newest stands last.
    this.#minutes.delete(deviceId);
    this.#minutes.set(deviceId, minute);
    if (this.#minutes.size > MAX_TRACKED) {
      for (const oldest of this.#minutes.keys()) {
        this.#minutes.delete(oldest);
        break;
      }
    }
    return minute;
  }
}
