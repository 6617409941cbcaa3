import * as fc from 'fast-check';
import { expect, it } from '@jest/globals';
import { LINES } from './bad-line.js';
import { PROFILES, World } from './world.js';

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

type Step = (world: World) => Promise<void> | void;

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
const replace = fc.constant(step('another server', (world) => world.replaceServer()));
const forget = profile.map((who) => step(`forget ${who}`, (world) => world.forget(who)));

async function play(steps: readonly Step[]): Promise<World> {
  const world = await World.open();
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

it.each([
  ['one server', [watch, tick, tick, others], 0],
  ['servers that are replaced', [watch, tick, tick, others, replace], 0],
  ['profiles that are forgotten', [watch, tick, tick, others, replace, forget], 1],
] as const)(
  'whatever happens to a TV, its books are those of its server, its versions rise, and it tries again: %s (rules 4.9, 5.11, 6.2, 11.9)',
  async (_, kinds, slack) => {
    const steps = fc.array(fc.oneof(...kinds), { maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const world = await play(given);
        const { acknowledged, waiting, dropped, deadLettered } = await world.books();
        expect({ waiting, dropped, deadLettered }).toEqual({
          waiting: 0,
          dropped: 0,
          deadLettered: 0,
        });
        expect(world.accepted).toBeGreaterThanOrEqual(acknowledged);
        expect(world.accepted).toBeLessThanOrEqual(acknowledged + slack * world.forgotten);
        world.close();
      }),
      { numRuns: 30 },
    );
  },
);
