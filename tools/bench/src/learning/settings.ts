import type { LearningConfig } from '@omega-tv/federation';

const DAY_MS = 24 * 60 * 60 * 1000;

/** How a fleet is replayed; one setting for all data sets. */
export interface FleetSettings {
  /** Devices that must stand behind what is published. */
  readonly minDevices: number;
  readonly publications: number;
  /**
   * Times that every viewer is a device of its own: the days of a larger fleet. A fleet has at least
   * 2,000 devices, or three for every viewer.
   */
  readonly passesOf: (viewers: number) => number;
  /** Most that a TV is behind with a report, by its own clock; 0 reports at once. */
  readonly reportSpreadMs: number;
  /** Of an answer. */
  readonly answerBytes: number;
  /** Other settings of the server. */
  readonly server?: Partial<LearningConfig>;
}

/** From one publication to the next, by the server's clock. */
export const PUBLISH_EVERY_MS = 2 * DAY_MS;
export const START_MS = Date.UTC(2026, 0, 1);

const FLEET_DEVICES = 2000;
const MOST_PASSES = 3;

export const FLEET: FleetSettings = {
  minDevices: 10,
  publications: 20,
  passesOf: (viewers) => Math.max(1, Math.min(MOST_PASSES, Math.ceil(FLEET_DEVICES / viewers))),
  reportSpreadMs: DAY_MS,
  answerBytes: 5120,
};

/** The product under another setting, or with fewer viewers to learn from. */
export interface Variant {
  readonly row: `k = ${number}` | 'reported at once' | `${string} of the viewers teach`;
  readonly settings?: Partial<FleetSettings>;
  readonly oneViewerOf?: number;
}

export const VARIANTS: readonly Variant[] = [
  { row: 'k = 1', settings: { minDevices: 1 } },
  { row: 'k = 5', settings: { minDevices: 5 } },
  { row: 'reported at once', settings: { reportSpreadMs: 0 } },
  { row: 'half of the viewers teach', oneViewerOf: 2 },
  { row: 'a quarter of the viewers teach', oneViewerOf: 4 },
];
