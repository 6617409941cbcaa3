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
const SETTLED_EXCHANGES = 4;

export interface Newcomer {
  readonly household: Household;
  /** The titles that this TV knows its viewer finished. */
  readonly known: readonly string[];
  readonly alone: readonly Recommendation[];
  /** After one exchange. */
  readonly helped: readonly Recommendation[];
  readonly likedAlone: number;
  readonly likedHelped: number;
}

/** A newcomer that is followed for a while. */
export interface Followed extends Newcomer {
  /** After four exchanges. */
  readonly settled: readonly Recommendation[];
  readonly likedSettled: number;
}

/** TVs just unpacked, five of each taste: each knows two titles, then asks the server. */
export async function playNewcomers(
  world: World,
  personas: readonly Persona[],
): Promise<{ readonly newcomers: readonly Newcomer[]; readonly followed: Followed }> {
  const [first] = personas;
  if (first === undefined) throw new Error('The demo needs a taste');
  const followed = await playNewcomer(world, first, 1, follow);
  const newcomers: Newcomer[] = [followed];
  for (const persona of personas) {
    for (let number = 1; number <= TVS_PER_TASTE; number += 1) {
      if (persona === first && number === 1) continue;
      newcomers.push(await playNewcomer(world, persona, number, (newcomer) => newcomer));
    }
  }
  return { newcomers, followed };
}

async function playNewcomer<Played extends Newcomer>(
  world: World,
  persona: Persona,
  number: number,
  goOn: (newcomer: Newcomer) => Played | Promise<Played>,
): Promise<Played> {
  const household = await openHousehold(world, `new-${persona.name}-${number}`, persona);
  const { television, viewer } = household;
  const known = await rememberTwo(household);
  const alone = await television.recommend({ alone: true });
  await exchange(household);
  const helped = await television.recommend();
  const played = await goOn({
    household,
    known: known.map((titleId) => titleOf(world, titleId)),
    alone,
    helped,
    likedAlone: countLiked(alone, viewer),
    likedHelped: countLiked(helped, viewer),
  });
  await television.close();
  return played;
}

async function follow(newcomer: Newcomer): Promise<Followed> {
  const { television, viewer } = newcomer.household;
  for (let count = 1; count < SETTLED_EXCHANGES; count += 1) await exchange(newcomer.household);
  const settled = await television.recommend();
  return { ...newcomer, settled, likedSettled: countLiked(settled, viewer) };
}

/** Two titles that the viewer finished; the TV and its client know them. */
export async function rememberTwo(household: Household): Promise<readonly string[]> {
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
  return known.map(({ titleId }) => titleId);
}

function titleOf({ catalogue }: World, titleId: string): string {
  return catalogue.find(({ id }) => id === titleId)?.title ?? titleId;
}
