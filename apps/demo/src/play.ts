import { plural } from '@omega-tv/command-line';
import { readReport } from '@omega-tv/constellation';
import { PERSONAS } from '@omega-tv/simulated-viewers';
import { reportTelevision, type TelevisionReport } from '@omega-tv/tv-agent';
import { openHousehold, type Household } from './household.js';
import { runScene, type Show } from './scene.js';
import { playBadNetwork } from './scenes/bad-network.js';
import { playCrash } from './scenes/crash.js';
import { playDay, settleAll } from './scenes/day.js';
import { playNewcomers } from './scenes/newcomers.js';
import { playUnshared, readServerHoldings } from './scenes/privacy.js';
import { takeList } from './scenes/showcase.js';
import { playTransports } from './scenes/transports.js';
import type { Summary } from './summary.js';
import type { World } from './world.js';

const TASTES = PERSONAS.slice(0, 4);
const TVS_PER_TASTE = 5;
/** The last day of each act; the crash and the bad network have days of their own. */
const FIRST_LIST_DAY = 1;
const LAST_QUIET_DAY = 17;
const CRASH_DAY = LAST_QUIET_DAY + 1;
const BAD_NETWORK_DAY = CRASH_DAY + 1;
const LAST_DAY = 28;

/** Plays the demo from start to end, with live progress, and tells what happened. */
export async function play(world: World, signal: AbortSignal): Promise<Summary> {
  const { server, network } = world;
  const households = await runScene(
    `A Constellation and ${plural(TASTES.length * TVS_PER_TASTE, 'TV')} of ${plural(TASTES.length, 'taste')}`,
    signal,
    async (show) => {
      await server.start();
      await network.open(server.url);
      show(`listening on ${server.url}`);
      return openHouseholds(world);
    },
  );
  const [household] = households;
  if (household === undefined) throw new Error('The demo needs a TV');
  const playDays = createDayPlayer(world, households, signal);
  const before = await runScene(
    'Simulated days: viewers watch, TVs learn and sync',
    signal,
    async (show) => {
      await playDays(1, FIRST_LIST_DAY, show);
      const list = await takeList(household);
      await playDays(FIRST_LIST_DAY + 1, LAST_QUIET_DAY, show);
      return list;
    },
  );
  const crash = await runScene(
    `Day ${CRASH_DAY}: the server is killed while TVs sync, and restarted`,
    signal,
    () => playCrash(world, households),
  );
  const badNetwork = await runScene(
    `Day ${BAD_NETWORK_DAY}: the network fails, and heals`,
    signal,
    () => playBadNetwork(world, households),
  );
  const after = await runScene('More simulated days', signal, async (show) => {
    await playDays(BAD_NETWORK_DAY + 1, LAST_DAY, show);
    return takeList(household);
  });
  const { newcomers, followed, unshared } = await runScene(
    'TVs just unpacked ask for help',
    signal,
    async () => ({
      ...(await playNewcomers(world, TASTES)),
      unshared: await playUnshared(world, household.persona),
    }),
  );
  const transports = await runScene(
    'One exchange over HTTPS and over QUIC, from far away',
    signal,
    (show) => playTransports(world, show),
  );
  return runScene('Everything is stopped and added up', signal, async () => {
    await settleAll(households);
    const televisions = await reportAll(households);
    await server.stop();
    return {
      firstListDay: FIRST_LIST_DAY,
      days: LAST_DAY,
      minDevices: server.minDevices,
      showcase: { household, before, after },
      newcomers,
      followed,
      privacy: {
        unshared,
        holdings: await readServerHoldings(world, followed.household.deviceId),
      },
      crash,
      badNetwork,
      transports,
      results: households.flatMap(({ results }) => results),
      bytes: world.bytes,
      televisions,
      server: await readReport(server.directory),
    };
  });
}

async function openHouseholds(world: World): Promise<readonly Household[]> {
  const households: Household[] = [];
  for (const persona of TASTES) {
    for (let number = 1; number <= TVS_PER_TASTE; number += 1) {
      households.push(await openHousehold(world, `${persona.name}-${number}`, persona));
    }
  }
  return households;
}

function createDayPlayer(world: World, households: readonly Household[], signal: AbortSignal) {
  return async (from: number, to: number, show: Show): Promise<void> => {
    for (let day = from; day <= to; day += 1) {
      signal.throwIfAborted();
      const version = await playDay(world, households);
      const syncs = households.reduce((sum, { results }) => sum + results.length, 0);
      show(
        `day ${day} of ${LAST_DAY}: ${plural(syncs, 'exchange')}, global patterns version ${version}`,
      );
    }
  };
}

async function reportAll(
  households: readonly Household[],
): Promise<ReadonlyMap<string, TelevisionReport>> {
  const reports = new Map<string, TelevisionReport>();
  for (const { deviceId, television } of households) {
    reports.set(deviceId, await reportTelevision(television));
    await television.close();
  }
  return reports;
}
