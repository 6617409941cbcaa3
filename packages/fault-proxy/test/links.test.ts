import { expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import { OneWay } from '../src/links/link.js';
import { Transit } from '../src/links/transit.js';

const random = createRandom('link');

it('delays by half a round trip, after what is before it on the line', () => {
  const way = new OneWay({ roundTripMs: 100, lossRate: 0, bitsPerS: 64_000 }, random);
  expect(way.send(1000, 10)).toEqual({ atMs: 10 + 125 + 50, isLost: false });
  expect(way.send(1000, 20)).toEqual({ atMs: 10 + 250 + 50, isLost: false });
  expect(way.send(100, 1000).atMs).toBe(1000 + 12.5 + 50);
  expect(way.bytes).toBe(2100);
});

it('takes the time in which anything is on its way, once', () => {
  const transit = new Transit();
  transit.carried('up', 0, 50);
  transit.carried('down', 40, 60);
  transit.carried('up', 100, 150);
  expect(transit.between(10, 140)).toBe(50 + 40);
  transit.forget();
  expect(transit.between(10, 140)).toBe(0);
});

it('takes a lost packet from its way out until the next has arrived, and none that nothing repeats', () => {
  const transit = new Transit();
  transit.lost('up', 0);
  transit.lost('up', 75);
  transit.carried('down', 20, 30);
  transit.carried('up', 200, 250);
  transit.lost('down', 250);
  expect(transit.between(0, 1000)).toBe(250);
});

it('loses its share', () => {
  const way = new OneWay({ roundTripMs: 0, lossRate: 0.1 }, random);
  const lost = Array.from({ length: 10_000 }, () => way.send(1, 0)).filter((one) => one.isLost);
  expect(lost.length / 10_000).toBeCloseTo(0.1, 1);
});
