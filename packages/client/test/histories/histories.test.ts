import * as fc from 'fast-check';
import { it } from '@jest/globals';
import { expectAgreement, forget, play, replace, usual } from './steps.js';

it.each([
  ['one server', usual, 0],
  ['servers that are replaced', [...usual, replace], 0],
  ['profiles that are forgotten', [...usual, replace, forget], 1],
] as const)(
  'whatever happens to a TV, its books are those of its server, its versions rise, and it tries again: %s (rules 4.9, 5.11, 6.2, 11.9)',
  async (_, kinds, slack) => {
    const steps = fc.array(fc.oneof(...kinds), { maxLength: 40, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const world = await play(given);
        await expectAgreement(world, slack);
        world.close();
      }),
      { numRuns: 30 },
    );
  },
);
