import { describe, expect, it } from '@jest/globals';

import { FACTORS, isSyncError, type PublishedFactors } from '@omega-tv/types';
import {
  fillTitles,
  fromStoredTitles,
  heldTitles,
  publishTitles,
  receiveTitles,
  toStoredTitles,
  type TitleList,
} from '../../../src/index.js';
import { createRandom } from '../support.js';

const random = createRandom(1);

function factorsOf(titles: number, moved = 0): PublishedFactors {
  const draw = createRandom(2);
  return {
    generation: 1,
    weights: new Float64Array(FACTORS).fill(0.5),
    titles: Array.from({ length: titles }, (_, i) => ({
      contentId: `imdb:tt${i}`,
      count: 1000 - i / 4,
      coordinates: Float64Array.from(
        { length: FACTORS },
        () => draw.next() - 0.5 + (i < moved ? 1 : 0),
      ),
    })),
    meanViewers: [],
    scoring: 0,
  };
}

/** Three versions: pieces have a history. */
function listOf(titles: number): TitleList {
  return [0, 10, 60].reduce<TitleList | undefined>(
    (list, moved) => publishTitles(list, factorsOf(titles, moved)),
    undefined,
  )!;
}

function restored(list: TitleList): TitleList {
  return fromStoredTitles(structuredClone(toStoredTitles(list)));
}

describe('a stored list of titles', () => {
  it.each([0, 1, 700])('of %i titles comes back as it was', (titles) => {
    const list = listOf(titles);
    expect(restored(list)).toEqual(list);
  });

  it('fills answers with the same bytes, for a TV that holds an older version too', () => {
    const first = publishTitles(undefined, factorsOf(700));
    const held = heldTitles(receiveTitles({}, fillTitles(first, undefined, 5000)!));
    const next = publishTitles(first, factorsOf(700, 100));
    for (const known of [undefined, held]) {
      const answer = fillTitles(next, known, 5000);
      expect(answer).toBeDefined();
      expect(fillTitles(restored(next), known, 5000)).toEqual(answer);
    }
  });

  it('is published on: what did not change is no new version', () => {
    const list = restored(listOf(300));
    expect(publishTitles(list, factorsOf(300, 60))).toBe(list);
    expect(publishTitles(list, factorsOf(300, 200)).version).toBe(list.version + 1);
  });

  it('is refused where a bit flipped, if that says something else', () => {
    const list = listOf(40);
    const stored = toStoredTitles(list);
    for (let round = 0; round < 200; round += 1) {
      const at = Math.floor(random.next() * stored.pieces.length);
      const pieces = stored.pieces.map((bytes) => bytes.slice());
      const piece = pieces[at]!;
      piece[Math.floor(random.next() * piece.length)]! ^= 1 << Math.floor(random.next() * 8);
      let read: TitleList | undefined;
      try {
        read = fromStoredTitles({ ...stored, pieces });
      } catch (error) {
        expect(isSyncError(error, 'compression')).toBe(true);
      }
      if (read !== undefined) expect(read).toEqual(list);
    }
  });
});
