import { loadCatalogue } from '@omega-tv/catalogue';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { createTextStart } from '@omega-tv/federation';
import { systemClock } from '@omega-tv/types';
import { PassingClock } from './passing-clock.js';
import { shareStart } from './shared-start.js';
import { DAYS, teach, type TeachOptions } from './teach.js';

export interface LearnedConstellation {
  readonly constellation: Constellation;
  close(): Promise<void>;
}

/** Nothing is published that fewer TVs stand behind. */
const MIN_DEVICES = 3;
const DAY_MS = 24 * 60 * 60 * 1000;

/** A Constellation in memory that a fleet of simulated viewers has taught. */
export async function openLearned(
  options: Pick<TeachOptions, 'tvs' | 'seed' | 'signal' | 'onDay'>,
): Promise<LearnedConstellation> {
  const clock = new PassingClock(systemClock, DAYS * DAY_MS);
  const codec = createMiniLmCodec();
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [codec] },
    clock,
    federation: { minDevices: MIN_DEVICES },
  });
  // The fleet's own door: it is closed before the page's is opened.
  const door = createServer(constellation);
  try {
    await teach({
      ...options,
      constellation,
      clock,
      catalogue: loadCatalogue(),
      codec,
      textStart: shareStart(createTextStart(codec.codebook)),
      transport: createInMemoryTransport(door),
    });
  } catch (error) {
    await constellation.close();
    throw error;
  } finally {
    await door.close();
  }
  return { constellation, close: () => constellation.close() };
}
