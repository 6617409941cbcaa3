import path from 'node:path';
import { SyncClient } from '@omega-tv/client';
import { createRandom } from '@omega-tv/seeded-random';
import type { SyncResult } from '@omega-tv/protocol';
import { createViewer, type Persona, type Viewer, type Viewing } from '@omega-tv/simulated-viewers';
import { Television, textStart, type Recommendation } from '@omega-tv/tv-agent';
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
  { areTitlesShared = true }: { readonly areTitlesShared?: boolean } = {},
): Promise<Household> {
  const { catalogue, folder, clock, seed } = world;
  const television = await Television.open({
    catalogue,
    directory: path.join(folder, deviceId),
    clock,
    random: createRandom(seed, deviceId, 'pattern ids'),
  });
  const client = await SyncClient.create({
    url: world.network.url,
    deviceId,
    format: countingBoth({ codecs: [world.codec], titles: catalogue }, world.bytes),
    store: television.store,
    // A day of the demo takes a moment: what was completed is reported at once.
    titles: {
      catalogue,
      textStart: textStart(),
      areShared: areTitlesShared,
      reportSpreadMs: 0,
    },
    clock,
  });
  const viewer = createViewer({ catalogue, seed: `${seed} ${deviceId}`, persona });
  return { deviceId, persona, viewer, television, client, results: [] };
}

/** The client hears which titles were completed. */
export async function tellCompleted(
  { client }: Pick<Household, 'client'>,
  viewings: readonly Pick<Viewing, 'titleId' | 'completed'>[],
): Promise<void> {
  for (const { titleId, completed } of viewings) {
    if (completed) await client.titleCompleted(titleId);
  }
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
