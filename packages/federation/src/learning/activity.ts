import { decayFactor, toDecayStep } from '../decay.js';
import type { LearningConfig } from './config.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What the server keeps of a device for learning: no title, only how active it was, and when. */
export interface DeviceActivity {
  /** Whole days since 1970 of fold time. */
  readonly day: number;
  /** Completions that counted on that day. */
  readonly completions: number;
  /** Decay step of its last completion that counted. */
  readonly step: number;
}

export interface ActiveDevice {
  readonly activity: DeviceActivity;
  /** What to add to the number of devices, so that each counts as its decay since it was last here. */
  readonly devices: number;
}

/** The device after one more completion; undefined where it has had its day's share. */
export function countCompletion(
  before: DeviceActivity | undefined,
  atMs: number,
  { halfLifeMs, maxCompletionsPerDay }: LearningConfig,
): ActiveDevice | undefined {
  const day = Math.floor(atMs / DAY_MS);
  const step = toDecayStep(atMs, halfLifeMs);
  const today = before?.day === day ? before.completions : 0;
  if (today >= maxCompletionsPerDay) return undefined;
  return {
    activity: { day, completions: today + 1, step },
    devices: before === undefined ? 1 : 1 - decayFactor(step - before.step),
  };
}
