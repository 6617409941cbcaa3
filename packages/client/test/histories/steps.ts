import * as fc from 'fast-check';
import { expect } from '@jest/globals';
import { LINES } from './bad-line.js';
import { PROFILES, World, type WorldOptions } from './world.js';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export type Step = (world: World) => Promise<void> | void;

/** Named, so that a counterexample can be read. */
function step(name: string, run: Step): Step {
  return Object.assign(run.bind(undefined), { [fc.toStringMethod]: () => name });
}

const profile = fc.constantFrom(...PROFILES);
const watch = fc
  .tuple(profile, fc.nat(2), fc.integer({ min: 1, max: 20 }))
  .map(([who, which, samples]) =>
    step(`watch ${who} ${which} ${samples}`, (world) => world.watch(who, which, samples)),
  );
const tick = fc.constant(step('tick', (world) => world.tick()));
const others = fc.oneof(
  fc.constantFrom(...LINES).map((line) =>
    step(line, (world) => {
      world.through(line);
    }),
  ),
  fc.nat(20).map((which) => step(`late ${which}`, (world) => world.line.arriveLate(which))),
  fc.constant(step('restart', (world) => world.restart())),
  fc.constantFrom(YEAR_MS, -YEAR_MS).map((ms) =>
    step(`clock ${ms}`, (world) => {
      world.jump(ms);
    }),
  ),
  fc.constant(step('publish', (world) => world.publish())),
  fc
    .tuple(profile, fc.boolean())
    .map(([who, isPrivate]) =>
      step(`${who} private ${isPrivate}`, (world) => world.keepPrivate(who, isPrivate)),
    ),
);
/** A server that knows nothing of the TV takes the other's place. */
export const replace = fc.constant(step('another server', (world) => world.replaceServer()));
export const forget = profile.map((who) => step(`forget ${who}`, (world) => world.forget(who)));

/** What happens to a TV on a server that stays. */
export const usual = [watch, tick, tick, others] as const;

/** Plays a history, and then goes on over a network that works until nothing waits. */
export async function play(steps: readonly Step[], options?: WorldOptions): Promise<World> {
  const world = await World.open(options);
  for (const run of steps) {
    await run(world);
    await world.check();
  }
  world.through('works');
  for (const who of PROFILES) await world.keepPrivate(who, false);
  // A last word: what a server lost is seen at the next push.
  await world.watch('anna', 0, 12);
  for (let ticks = 0; ticks < 12 || (await world.books()).waiting > 0; ticks += 1) {
    expect(ticks).toBeLessThan(60);
    await world.tick();
    await world.check();
  }
  return world;
}

/** The books of the TV and of its server, in the end. @param slack whether profiles were forgotten. */
export async function expectAgreement(world: World, slack: 0 | 1): Promise<void> {
  const { acknowledged, waiting, dropped, deadLettered } = await world.books();
  expect({ waiting, dropped, deadLettered }).toEqual({ waiting: 0, dropped: 0, deadLettered: 0 });
  expect(world.accepted).toBeGreaterThanOrEqual(acknowledged);
  expect(world.accepted).toBeLessThanOrEqual(acknowledged + slack * world.forgotten);
}
