import type { Assumptions } from './assumptions.js';

const DAY_MINUTES = 1440;
const HOUR_MINUTES = 60;

/** When a country's TVs are on, by its own clock. */
export class Rhythm {
  /** Share that is on in each minute of the day. */
  readonly #on: Float64Array;

  constructor({ onNight, onDay, onEvening }: Pick<Assumptions, 'onNight' | 'onDay' | 'onEvening'>) {
    const corners = [
      [0, (onNight + onEvening) / 2],
      [2, onNight],
      [6, onNight],
      [9, onDay],
      [16, onDay],
      [20, onEvening],
      [21.5, onEvening],
      [24, (onNight + onEvening) / 2],
    ] as const;
    this.#on = Float64Array.from({ length: DAY_MINUTES }, (_, minute) =>
      between(corners, minute / HOUR_MINUTES),
    );
  }

  /** Whether a TV is on that is on while more than `threshold` of all are. */
  isOn(threshold: number, localMinute: number): boolean {
    return threshold < (this.#on[wrap(localMinute)] ?? 0);
  }

  /** Minutes until it is switched on or off; a day where it never is. */
  minutesToSwitch(threshold: number, localMinute: number): number {
    const now = this.isOn(threshold, localMinute);
    for (let minutes = 1; minutes < DAY_MINUTES; minutes += 1) {
      if (this.isOn(threshold, localMinute + minutes) !== now) return minutes;
    }
    return DAY_MINUTES;
  }
}

function wrap(minute: number): number {
  return ((Math.floor(minute) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

/** On the line through the two corners beside it. */
function between(corners: readonly (readonly [at: number, value: number])[], at: number): number {
  const right = corners.findIndex(([where]) => where > at);
  const [x0, y0] = corners[right - 1] ?? [0, 0];
  const [x1, y1] = corners[right] ?? [24, 0];
  return y0 + ((at - x0) / (x1 - x0)) * (y1 - y0);
}
