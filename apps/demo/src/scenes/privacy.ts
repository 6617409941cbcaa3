import { createHash } from 'node:crypto';
import { openLevelConstellationStore } from '@omega-tv/constellation';
import type { Persona } from '@omega-tv/simulated-viewers';
import { exchange, openHousehold } from '../household.js';
import type { World } from '../world.js';
import { rememberTwo } from './newcomers.js';

const EXCHANGES = 4;

/** A TV whose viewer keeps titles to themselves. */
export interface Unshared {
  readonly known: number;
  /** Titles that went out in its exchanges. */
  readonly reported: number;
  /** Titles whose factors it received all the same. */
  readonly received: number;
}

/** The TV completes titles and syncs; its viewer has not let titles leave it. */
export async function playUnshared(world: World, persona: Persona): Promise<Unshared> {
  const household = await openHousehold(world, `private-${persona.name}`, persona, {
    areTitlesShared: false,
  });
  const { television, results } = household;
  const known = await rememberTwo(household);
  for (let count = 0; count < EXCHANGES; count += 1) await exchange(household);
  const { holdings } = await television.store.loadSyncState();
  await television.close();
  const pieces = [...(holdings.current?.pieces.values() ?? [])];
  return {
    known: known.length,
    reported: results.reduce((sum, { titlesReported }) => sum + titlesReported, 0),
    received: pieces.reduce((sum, { titles }) => sum + titles.length, 0),
  };
}

/** What a stopped server keeps. */
export interface ServerHoldings {
  /** Titles with sums over closed cohorts, and completions behind them. */
  readonly titles: number;
  readonly completions: number;
  /** Titles of which some wait for more TVs. */
  readonly waiting: number;
  /** All that is kept under one TV's key. */
  readonly deviceRecord: Readonly<Record<string, unknown>>;
  /** Titles of the catalogue that this record names. */
  readonly titlesNamed: number;
}

/** Reads the folder of the stopped server: all titles, and the record of one TV. */
export async function readServerHoldings(
  { catalogue, server: { directory } }: World,
  deviceId: string,
): Promise<ServerHoldings> {
  const store = await openLevelConstellationStore({ directory, createIfMissing: false });
  try {
    const stored = await store.checkpoints.load();
    const record = await store.checkpoints.loadDevice(
      createHash('sha256').update(deviceId).digest('base64url'),
    );
    if (stored === undefined || record === undefined) {
      throw new Error(`The server keeps nothing of ${deviceId}`);
    }
    const tallies = [...stored.learning.titles.values()].map(({ tally }) => tally);
    const { marks, ...others } = record;
    // Marks are made where pushes are not counted by position: not for these TVs.
    const deviceRecord = marks.size === 0 ? others : { ...others, marks: [...marks] };
    const text = JSON.stringify(deviceRecord);
    return {
      titles: tallies.filter(({ closed }) => closed.weight > 0).length,
      completions: Math.round(tallies.reduce((sum, { closed }) => sum + closed.weight, 0)),
      waiting: tallies.filter(({ open }) => open.length > 0).length,
      deviceRecord,
      titlesNamed: catalogue.filter(({ id }) => text.includes(id)).length,
    };
  } finally {
    await store.close();
  }
}
