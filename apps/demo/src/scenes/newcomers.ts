import type { Persona } from '@omega-tv/simulated-viewers';
import type { Recommendation } from '@omega-tv/tv-agent';
import {
  countLiked,
  exchange,
  openHousehold,
  tellCompleted,
  type Household,
} from '../household.js';
import type { World } from '../world.js';

const KNOWN_TITLES = 2;
const TVS_PER_TASTE = 5;

export interface Newcomer {
  readonly household: Household;
  /** The titles that this TV knows its viewer finished. */
  readonly known: readonly string[];
  readonly alone: readonly Recommendation[];
  readonly helped: readonly Recommendation[];
  readonly likedAlone: number;
  readonly likedHelped: number;
}

/** TVs just unpacked, five of each taste: each knows two titles, then asks the server. */
export async function playNewcomers(
  world: World,
  personas: readonly Persona[],
): Promise<readonly Newcomer[]> {
  const newcomers: Newcomer[] = [];
  for (const persona of personas) {
    for (let number = 1; number <= TVS_PER_TASTE; number += 1) {
      newcomers.push(await playNewcomer(world, persona, number));
    }
  }
  return newcomers;
}

async function playNewcomer(world: World, persona: Persona, number: number): Promise<Newcomer> {
  const household = await openHousehold(world, `new-${persona.name}-${number}`, persona);
  const { television, viewer } = household;
  const finished = viewer
    .watch({ number: 0, offered: [], seen: new Set() })
    .filter(({ completed }) => completed);
  for (let evening = 1; finished.length < KNOWN_TITLES; evening += 1) {
    const seen = new Set(finished.map(({ titleId }) => titleId));
    const viewings = viewer.watch({ number: evening, offered: [], seen });
    finished.push(...viewings.filter(({ completed }) => completed));
  }
  const known = finished.slice(0, KNOWN_TITLES);
  await television.remember(known);
  await tellCompleted(household, known);
  const alone = await television.recommend({ alone: true });
  await exchange(household);
  const helped = await television.recommend();
  await television.close();
  return {
    household,
    known: known.map(({ titleId }) => titleOf(world, titleId)),
    alone,
    helped,
    likedAlone: countLiked(alone, viewer),
    likedHelped: countLiked(helped, viewer),
  };
}

function titleOf({ catalogue }: World, titleId: string): string {
  return catalogue.find(({ id }) => id === titleId)?.title ?? titleId;
}
