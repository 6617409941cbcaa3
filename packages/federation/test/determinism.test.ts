import { describe, expect, it } from '@jest/globals';
import type { CohortKeys } from '../src/cohort.js';
import { contribute } from '../src/contribute.js';
import { publish } from '../src/publish.js';
import { emptyFederation } from '../src/state.js';
import {
  config,
  contributionOf,
  dump,
  hmacKeys,
  HOUR_MS,
  START_MS,
  titles,
  toBytes,
} from './fixtures.js';

/** 1,040 contributions of 40 devices over two weeks, all genres. */
const log = titles.map((title, i) =>
  contributionOf(`tv-${(i * 7) % 40}`, title.embedding, {
    genre: title.genres[0],
    newSamples: 1 + (i % 13),
    successRate: 0.7 + (i % 4) / 10,
    receivedAtMs: START_MS + Math.floor(i / 3) * HOUR_MS,
    ...(title.countries[0] === undefined ? {} : { region: title.countries[0] }),
  }),
);

function run(keys: CohortKeys, batch: number) {
  let state = emptyFederation();
  const versions: string[] = [];
  for (let i = 0; i < log.length; i += batch) {
    state = contribute(state, log.slice(i, i + batch), keys, config).state;
    if (i % 40 !== 0) continue;
    const publication = publish(state, log[i]!.receivedAtMs, config);
    state = publication.state;
    if (publication.globals !== null) versions.push(toBytes(publication.globals));
  }
  return { versions, state: dump(state) };
}

describe('determinism (rule 7.1)', () => {
  it('gives the same bytes for the same log', () => {
    const first = run(hmacKeys(), 20);
    expect(first.versions.length).toBeGreaterThan(10);
    expect(run(hmacKeys(), 20)).toEqual(first);
  });

  it('publishes the same bytes whatever keys are drawn', () => {
    expect(run(hmacKeys('another'), 20).versions).toEqual(run(hmacKeys(), 20).versions);
  });

  it('does not depend on the order in which a store gives its records back', () => {
    const half = contribute(emptyFederation(), log.slice(0, 520), hmacKeys(), config).state;
    const reversed = {
      ...half,
      clusters: new Map([...half.clusters].reverse()),
      trends: new Map([...half.trends].reverse()),
    };
    const [straight, restored] = [half, reversed].map((state) => {
      const more = contribute(state, log.slice(520), hmacKeys('more'), config).state;
      return toBytes(publish(more, START_MS, config).state.published);
    });
    expect(restored).toBe(straight);
  });

  it('learns the same from one batch as from single contributions', () => {
    const whole = contribute(emptyFederation(), log, hmacKeys(), config).state;
    let state = emptyFederation();
    const keys = hmacKeys();
    for (const one of log) state = contribute(state, [one], keys, config).state;
    expect(dump(state)).toBe(dump(whole));
  });
});
