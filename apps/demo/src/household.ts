import path from 'node:path';
import { SyncClient } from '@omega-tv/client';
import { createRandom } from '@omega-tv/seeded-random';
import type { SyncResult } from '@omega-tv/protocol';
import { createViewer, type Persona, type Viewer } from '@omega-tv/simulated-viewers';
import { Television, type Recommendation } from '@omega-tv/tv-agent';
import { countingBoth } from './both-protocols.js';
import type { World } from './world.js';

/** From this affinity on, a simulated viewer is expected to finish a title. */
const WOULD_FINISH = 0.5;

/** A TV and the simulated viewer in front of it. */
export interface Household {
  readonly deviceId: string;
  readonly persona: Persona;
  readonly viewer: Viewer;
  readonly television: Television;
  readonly client: SyncClient;
  /** Every exchange that succeeded. */
  readonly results: SyncResult[];
}

export async function openHousehold(
  world: World,
  deviceId: string,
  persona: Persona,
): Promise<Household> {
  const { catalogue, folder, clock, seed } = world;
  const television = await Television.open({
    catalogue,
    directory: path.join(folder, deviceId),
    clock,
    random: createRandom(seed, deviceId, 'pattern ids'),
  });
  const client = await SyncClient.create({
    url: world.server.url,
    deviceId,
    format: countingBoth({ codecs: [world.codec], titles: catalogue }, world.bytes),
    store: television.store,
    clock,
  });
  const viewer = createViewer({ catalogue, seed: `${seed} ${deviceId}`, persona });
  return { deviceId, persona, viewer, television, client, results: [] };
}

/** One exchange; what fails is tried again at the next one. */
export async function exchange(household: Household): Promise<boolean> {
  try {
    household.results.push(await household.client.syncStore());
    return true;
  } catch {
    return false;
  }
}

/** How many of a list the simulated viewer would finish, by the taste that the simulation drew. */
export function countLiked(list: readonly Recommendation[], viewer: Viewer): number {
  return list.filter(({ title }) => viewer.affinity(title.id) >= WOULD_FINISH).length;
}
