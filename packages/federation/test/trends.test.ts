import { describe, expect, it } from '@jest/globals';
import { publish } from '../src/publish.js';
import {
  config,
  contributionOf,
  DAY_MS,
  dramas,
  fold,
  HOUR_MS,
  publishNow,
  START_MS,
  titles,
} from './fixtures.js';

const embedding = dramas[0]!.embedding;

function trio(genre: string, changes = {}) {
  return ['a', 'b', 'c'].map((name) => contributionOf(name, embedding, { genre, ...changes }));
}

describe('trends', () => {
  it('name the strongest pattern of a genre and score against the strongest trend', () => {
    const state = fold([
      ...trio('drama'),
      ...trio('drama', { region: 'FR', newSamples: 5 }),
      ...trio('war', { region: 'not a region', newSamples: 5 }),
    ]);
    const calculatedAt = '2026-01-01T00:00:00.000Z';
    const drama = { contentId: 'global:drama-1', genre: 'drama', calculatedAt };
    expect(publishNow(state).globals.trends).toEqual([
      { ...drama, region: 'ZZ', score: 1 },
      { ...drama, region: 'FR', score: 0.5 },
      { contentId: 'global:war-1', genre: 'war', region: 'ZZ', score: 0.5, calculatedAt },
    ]);
  });

  it('need k distinct devices (rule 7.4)', () => {
    const { state } = publishNow(fold(trio('drama')));
    const two = trio('drama', { region: 'FR' }).slice(1);
    expect(publish(fold([...two, ...two], config, state), START_MS, config).globals).toBeNull();
  });

  it('need a published pattern of their genre', () => {
    // Three tastes, one device each: a trend of drama, but no pattern.
    const far = [titles[0]!, titles[200]!, titles[400]!];
    const state = fold(far.map((title, i) => contributionOf(`tv-${i}`, title.embedding)));
    expect(state.trends.get('ZZ:drama')!.tally.closed.weight).toBe(24);
    expect(publishNow(state).globals).toMatchObject({ version: 0, trends: [] });
  });

  it('lose half their momentum in a day and go after 24 hours (rule 7.6)', () => {
    const dayLater = START_MS + DAY_MS;
    const state = fold([
      ...trio('drama'),
      ...trio('war', { receivedAtMs: START_MS + HOUR_MS }),
      ...trio('drama', { receivedAtMs: dayLater }),
    ]);
    const { closed } = state.trends.get('ZZ:drama')!.tally;
    expect(closed.weight).toBeCloseTo(24 + 12, 6);
    const early = publishNow(state, dayLater);
    expect(early.globals.trends.map(({ genre }) => genre)).toEqual(['drama', 'war']);
    expect(early.globals.trends[0]!.calculatedAt).toBe('2026-01-02T00:00:00.000Z');
    const late = publishNow(early.state, dayLater + 2 * HOUR_MS);
    expect(late.globals.trends.map(({ genre }) => genre)).toEqual(['drama']);
    expect(late.globals.version).toBe(2);
  });

  it('show whole hours, so that the instant of no push shows (rule 7.6)', () => {
    const lastPush = { receivedAtMs: START_MS + 2 * HOUR_MS + 1_234_567 };
    const { state, globals } = publishNow(fold(trio('drama', lastPush)), lastPush.receivedAtMs);
    expect(globals.trends[0]!.calculatedAt).toBe('2026-01-01T02:00:00.000Z');
    expect(state.trends.get('ZZ:drama')!.tally.closed.lastClosedMs % HOUR_MS).toBe(0);
    const dayLater = START_MS + DAY_MS + 2 * HOUR_MS;
    expect(publish(state, dayLater - 1, config).globals).toBeNull();
    expect(publish(state, dayLater, config).globals!.trends).toEqual([]);
  });

  it('do not change with time alone', () => {
    let state = fold([...trio('drama'), ...trio('war', { receivedAtMs: START_MS + HOUR_MS })]);
    state = publishNow(state).state;
    for (let hour = 1; hour < 24; hour += 1) {
      expect(publish(state, START_MS + hour * HOUR_MS, config).globals).toBeNull();
    }
  });
});
