import type { CohortKeys } from '../cohort.js';
import { hashText } from '../hash-text.js';
import type { LearningConfig } from './config.js';

/**
 * A sample of the devices that completed a title within a half-life. A TV reports a title once; who
 * reports it again, cohort after cohort, is found out by those of them that are in the sample. The
 * keyed hash of a device alone decides whether it is, so that none can know (adaptive sampling:
 * Flajolet 1990, "On adaptive sampling").
 */
export interface DeviceSample {
  readonly key: string;
  /** Fold time, Unix ms. */
  readonly sinceMs: number;
  /** One device of 2^depth is in it. */
  readonly depth: number;
  /** Whether each device in it reported the title again, by its keyed hash, in 32 bits. */
  readonly devices: ReadonlyMap<number, boolean>;
}

/** At first one device of four is in the sample. */
const FIRST_DEPTH = 2;
const DEEPEST = 30;
/** Beyond so many devices, half of them leave it. */
const MAX_DEVICES = 32;
/**
 * Devices that come back and are borne: two, or a quarter of those in the sample. They are counted,
 * not their reports: one alone can do a title no harm.
 */
const BORNE = { least: 2, share: 0.25 } as const;
const BARRED_HALF_LIVES = 2;

/** True once it has lasted for a half-life: it is forgotten. */
export function isOver(
  { sinceMs }: DeviceSample,
  atMs: number,
  { halfLifeMs }: Pick<LearningConfig, 'halfLifeMs'>,
): boolean {
  return atMs - sinceMs > halfLifeMs;
}

/** The sample after one more report of the title. */
export function sampleReport(
  before: DeviceSample | undefined,
  { deviceId, atMs }: { readonly deviceId: string; readonly atMs: number },
  keys: CohortKeys,
  config: Pick<LearningConfig, 'halfLifeMs'>,
): DeviceSample {
  const sample =
    before === undefined || isOver(before, atMs, config)
      ? { key: keys.drawKey(), sinceMs: atMs, depth: FIRST_DEPTH, devices: new Map() }
      : before;
  const hash = hashText(keys.tagDevice(sample.key, deviceId));
  if (!isWithin(hash, sample.depth) || sample.devices.get(hash) === true) return sample;
  const devices = new Map(sample.devices);
  return thinned({ ...sample, devices: devices.set(hash, devices.has(hash)) });
}

/** True where more devices came back than are borne. */
export function isRepeated({ devices }: DeviceSample): boolean {
  let again = 0;
  for (const cameBack of devices.values()) again += Number(cameBack);
  return again > Math.max(BORNE.least, BORNE.share * devices.size);
}

/**
 * Until when nothing more is learned of a title whose sample finds repeats: its own half-life and the
 * one after. The sample is forgotten before that, so that the same devices would count again.
 * @returns fold time, Unix ms.
 */
export function barredUntil(
  { sinceMs }: DeviceSample,
  { halfLifeMs }: Pick<LearningConfig, 'halfLifeMs'>,
): number {
  return sinceMs + BARRED_HALF_LIVES * halfLifeMs;
}

function thinned(sample: DeviceSample): DeviceSample {
  if (sample.devices.size <= MAX_DEVICES || sample.depth === DEEPEST) return sample;
  const depth = sample.depth + 1;
  const devices = new Map([...sample.devices].filter(([hash]) => isWithin(hash, depth)));
  return thinned({ ...sample, depth, devices });
}

/** Each depth has half the devices of the one before. */
function isWithin(hash: number, depth: number): boolean {
  return (hash & ((1 << depth) - 1)) === 0;
}
