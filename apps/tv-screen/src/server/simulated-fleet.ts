import type { Title } from '@omega-tv/catalogue';
import { SyncClient } from '@omega-tv/client';
import { createV2Format } from '@omega-tv/compression';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import type { TextStart } from '@omega-tv/federation';
import type { Transport } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { createViewer, PERSONAS, watchEvenings, type Viewing } from '@omega-tv/simulated-viewers';
import { learn, toSample, type LearnedPattern } from '@omega-tv/tv-agent/learning';
import type { Clock } from '@omega-tv/types';

export interface FleetOptions {
  readonly catalogue: readonly Title[];
  readonly codec: EmbeddingCodec;
  readonly textStart: TextStart;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly seed: string;
}

/** A TV whose simulated viewer chooses alone and lets all of it be shared. */
interface SimulatedTv {
  /** Watches so many evenings, and syncs once. */
  watch(evenings: number): Promise<void>;
}

/** So many TVs, their tastes taken in turn from the personas. */
export function openFleet(count: number, options: FleetOptions): Promise<readonly SimulatedTv[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => openTv(number, options)));
}

async function openTv(number: number, options: FleetOptions): Promise<SimulatedTv> {
  const { catalogue, codec, textStart, transport, clock } = options;
  const seed = `${options.seed} ${number}`;
  const random = createRandom(seed, 'tv');
  const persona = PERSONAS[number % PERSONAS.length];
  const viewer = createViewer({ catalogue, seed, ...(persona === undefined ? {} : { persona }) });
  const client = await SyncClient.create({
    url: 'http://fleet.invalid',
    deviceId: `simulated-${number}`,
    format: createV2Format({ codecs: [codec], random }),
    transport,
    clock,
    random,
    titles: { catalogue, textStart, areShared: true, reportSpreadMs: 0 },
  });
  const titles = new Map(catalogue.map((title) => [title.id, title]));
  const seen = new Set<string>();
  let patterns: readonly LearnedPattern[] = [];
  let evening = 0;
  const learnOne = ({ titleId, completed }: Viewing): void => {
    const title = titles.get(titleId);
    if (title === undefined) return;
    const { pattern } = learn(patterns, toSample(title, completed), random);
    patterns = [...patterns.filter(({ id }) => id !== pattern.id), pattern];
  };
  return {
    watch: async (evenings) => {
      const viewings = watchEvenings(viewer, evening, evening + evenings, seen);
      evening += evenings;
      viewings.forEach(learnOne);
      const completed = viewings.filter((one) => one.completed).map(({ titleId }) => titleId);
      await client.titlesCompleted(completed);
      await client.store.skillStore(...patterns);
      await client.syncStore();
    },
  };
}
