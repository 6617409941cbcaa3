import * as fc from 'fast-check';
import { itUnless } from '@omega-tv/test-support';
import { missingQuic } from '@omega-tv/transport-quic';
import { carriedByQuic } from '../over-quic.js';
import { expectAgreement, forget, play, replace, usual } from './steps.js';

/** What takes two thousand turns in memory takes some milliseconds here: a turn is a hundredth of one. */
const MAX_TURNS = 2_000_000;

itUnless(
  await missingQuic(),
  'whatever happens to a TV on QUIC, its books are those of its server too (rules 4.9, 5.11, 6.2, 11.9, 15.1)',
  async () => {
    const kinds = [...usual, replace, forget];
    const steps = fc.array(fc.oneof(...kinds), { maxLength: 30, size: 'max' });
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const world = await play(given, { carry: carriedByQuic, maxTurns: MAX_TURNS });
        await expectAgreement(world, 1);
        world.close();
      }),
      { numRuns: 6 },
    );
  },
);
