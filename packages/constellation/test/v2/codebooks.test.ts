import {
  decodeAnswerFrame,
  decodeSnapshotFrame,
  encodeDeltaFrame,
  Codecs,
} from '@omega-tv/compression';
import type { EmbeddingCodec } from '@omega-tv/embedding-codec';
import { expect, it } from '@jest/globals';
import { createMemoryConstellationStore, type Constellation } from '../../src/index.js';
import { openConstellation, patternOf } from '../support.js';
import { codecs, placedDelta } from './support.js';

const first = codecs.first;
/** A second generation: what it writes is read with it alone. */
const second: EmbeddingCodec = {
  ...first,
  codebook: { ...first.codebook, id: first.codebook.id.replace(/^..../, 'ffff') },
};

async function push(
  constellation: Constellation,
  codec: EmbeddingCodec,
  tv: string,
  seq: number,
  pattern: number,
) {
  const delta = {
    ...placedDelta(tv, seq),
    patterns: [{ ...patternOf(pattern), newSamples: 10 }],
    capabilities: ['positions'] as const,
  };
  const options = { rate: { budgetBytes: 2048 }, random: { next: () => 0.5 } };
  const { bytes } = encodeDeltaFrame(codec, delta, options);
  return decodeAnswerFrame(await constellation.syncFrame(bytes));
}

function codebookOf(constellation: Constellation): string | undefined {
  return constellation.window?.newest?.codebookId;
}

it('a fleet goes over to a second codebook, one release apart on either side, without a lost delta (rule 10.7)', async () => {
  const store = createMemoryConstellationStore();
  const keep = { ...store, close: () => Promise.resolve() };
  const open = (...[one, ...others]: [EmbeddingCodec, ...EmbeddingCodec[]]) =>
    openConstellation({ store: keep, snapshots: { codecs: [one, ...others] } });
  const releases = [[first], [first, second], [second, first]] as const;
  let [seq, version] = [0, 0];
  for (const [one, ...others] of releases) {
    const server = await open(one, ...others);
    seq += 1;
    // TVs of the release before and of this one push side by side, as far as the server knows both.
    const fleet = others.length === 0 ? [first] : [first, second];
    for (const codec of fleet) {
      for (const tv of ['a', 'b', 'c']) {
        const name = `${tv}-${codec === first ? 'old' : 'new'}`;
        const place = codec === first ? seq : seq - 1;
        const { receipt } = await push(server, codec, name, place, 10 * seq + fleet.indexOf(codec));
        expect(receipt).toMatchObject({ outcome: 'applied', lastSeq: place });
      }
    }
    await server.publish();
    expect(server.version).toBeGreaterThan(version);
    version = server.version;
    expect(codebookOf(server)).toBe(one.codebook.id.slice(0, 8));
    const frame = server.window!.frameOfNewest(undefined)!;
    expect(decodeSnapshotFrame(new Codecs([one]), frame).version).toBe(version);
    await server.close();
  }
  const stored = await store.checkpoints.load();
  expect(stored?.counters).toMatchObject({ deltasApplied: 15, samplesAccepted: 150, refused: 0 });
});
