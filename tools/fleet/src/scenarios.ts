import { COUNTRIES, type Country } from './countries.js';

export const MINUTE_S = 60;
export const HOUR_S = 3600;

/** Something that happens to a fleet, `atS` seconds after the simulation's start. */
export type FleetEvent =
  /** A country's TVs lose their power, and get it back all at once. */
  | { readonly kind: 'power-out' | 'power-back'; readonly atS: number; readonly country: number }
  /** A country switches on what was off, within so many seconds, and leaves it on. */
  | {
      readonly kind: 'everybody-on';
      readonly atS: number;
      readonly country: number;
      readonly withinS: number;
    }
  | {
      readonly kind: 'servers';
      readonly atS: number;
      /** Undefined for all. */
      readonly region?: number;
      readonly trouble: 'none' | 'down' | 'broken';
    }
  | { readonly kind: 'cdn-flush'; readonly atS: number };

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly countries: readonly Country[];
  /** The hour of the day, UTC, at which it starts. */
  readonly startHourUtc: number;
  /** Until then the fleet finds its pace: nothing of it is counted. */
  readonly warmUpS: number;
  readonly endS: number;
  readonly events: readonly FleetEvent[];
  /** When what happens is over, so that TVs can come back; undefined where nothing happens. */
  readonly overAtS?: number;
  /** Whose return is watched; undefined for all. */
  readonly watched?: { readonly country?: number; readonly region?: number };
}

const country = (name: string): number => COUNTRIES.findIndex((one) => one.name === name);
const EAST = country('United States, east');
const INDIA = country('India');
const EUROPE = 1;

/** It begins an hour before what happens, by then all TVs have found their pace. */
const BEFORE_S = 90 * MINUTE_S;
const shared = { countries: COUNTRIES, warmUpS: HOUR_S } as const;

export const ORDINARY_DAY: Scenario = {
  ...shared,
  name: 'day',
  title: 'an ordinary day',
  startHourUtc: 0,
  endS: 25 * HOUR_S,
  events: [],
};

export const INCIDENTS: readonly Scenario[] = [
  {
    ...shared,
    name: 'evening',
    title: 'a match: everybody in the east of the United States switches on within five minutes',
    startHourUtc: 22.5,
    endS: BEFORE_S + HOUR_S,
    events: [{ kind: 'everybody-on', atS: BEFORE_S, country: EAST, withinS: 5 * MINUTE_S }],
    watched: { country: EAST },
  },
  {
    ...shared,
    name: 'power',
    title: 'the mains of India are out for half an hour in the evening, then back at once',
    startHourUtc: 13.5,
    endS: BEFORE_S + 2 * HOUR_S,
    events: [
      { kind: 'power-out', atS: BEFORE_S, country: INDIA },
      { kind: 'power-back', atS: BEFORE_S + HOUR_S / 2, country: INDIA },
    ],
    overAtS: BEFORE_S + HOUR_S / 2,
    watched: { country: INDIA },
  },
  {
    ...shared,
    name: 'outage',
    title: "Europe's servers are out for an hour in the evening",
    startHourUtc: 17.5,
    endS: BEFORE_S + 3 * HOUR_S,
    events: [
      { kind: 'servers', atS: BEFORE_S, region: EUROPE, trouble: 'down' },
      { kind: 'servers', atS: BEFORE_S + HOUR_S, region: EUROPE, trouble: 'none' },
    ],
    overAtS: BEFORE_S + HOUR_S,
    watched: { region: EUROPE },
  },
  {
    ...shared,
    name: 'release',
    title: "a bad release: Europe's servers fail every exchange for an hour in the evening",
    startHourUtc: 17.5,
    endS: BEFORE_S + 3 * HOUR_S,
    events: [
      { kind: 'servers', atS: BEFORE_S, region: EUROPE, trouble: 'broken' },
      { kind: 'servers', atS: BEFORE_S + HOUR_S, region: EUROPE, trouble: 'none' },
    ],
    overAtS: BEFORE_S + HOUR_S,
    watched: { region: EUROPE },
  },
  {
    ...shared,
    name: 'flush',
    title: 'every cache of the CDN is emptied in the evening of Europe',
    startHourUtc: 17.5,
    endS: BEFORE_S + HOUR_S,
    events: [{ kind: 'cdn-flush', atS: BEFORE_S }],
    watched: { region: EUROPE },
  },
];
