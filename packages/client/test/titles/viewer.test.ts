import { describe, expect, it } from '@jest/globals';
import { fillTitles, publishTitles, receiveTitles } from '@omega-tv/compression';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createTextStart, viewerFactors } from '@omega-tv/federation';
import { loadCatalogue } from '@omega-tv/catalogue';
import { TextGuesses } from '../../src/titles/text-guesses.js';
import { TitleSpaces } from '../../src/titles/title-space.js';
import { sumsOver } from '../../src/titles/viewer.js';

const catalogue = loadCatalogue();
const textStart = createTextStart(createMiniLmCodec().codebook);
const list = publishTitles(undefined, {
  generation: 1,
  scoring: 0,
  weights: new Float64Array(32).fill(1),
  titles: catalogue.map(({ id, embedding }, rank) => {
    return { contentId: id, count: 900 - rank, coordinates: textStart.factors(embedding) };
  }),
  meanViewers: [],
});
const first = receiveTitles({}, fillTitles(list, undefined, 3000)!);
const space = new TitleSpaces(catalogue, textStart).of(first.current);

describe('a TV that holds a part of the list', () => {
  const held = [...space.titles.keys()];
  const lacking = catalogue.findIndex((_, index) => !space.titles.has(index));

  it('shrinks its viewer as if it had the whole list (rule 12.1)', () => {
    expect(held.length).toBeLessThan(catalogue.length);
    expect(space.listed.count).toBe(catalogue.length);
    const sums = sumsOver(space, held.slice(0, 3));
    const lengthOf = (x: Float64Array) => x.reduce((sum, value) => sum + value * value, 0);
    const alone = { ...space, listed: { ...space.listed, count: held.length } };
    expect(lengthOf(viewerFactors(space, sums))).toBeLessThan(lengthOf(viewerFactors(alone, sums)));
  });

  it('takes a completed title that it has no factors of as half a title, by its text (rule 12.9)', () => {
    const guesses = new TextGuesses(catalogue, space);
    const guess = (index: number) => guesses.factors(index);
    const [known] = held;
    const sums = sumsOver(space, [known!, lacking], guess);
    expect(sums.count).toBe(1.5);
    const own = space.titles.get(known!)!.coordinates;
    sums.total.forEach((value, axis) => {
      expect(value).toBeCloseTo(own[axis]! + guesses.factors(lacking)[axis]! / 2, 12);
    });
    expect(sumsOver(space, [known!, lacking]).count).toBe(1);
  });

  it('fits the regression anew when titles have doubled, or in another generation', () => {
    const guesses = new TextGuesses(catalogue, space);
    expect(guesses.isGoodFor(space)).toBe(true);
    expect(guesses.isGoodFor({ ...space, generation: 2 })).toBe(false);
    const doubled = new Map(
      [...space.titles].flatMap(([i, title]) => [
        [i, title],
        [-1 - i, title],
      ]),
    );
    expect(guesses.isGoodFor({ ...space, titles: doubled })).toBe(false);
  });
});
