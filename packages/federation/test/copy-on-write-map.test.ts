import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CopyOnWriteMap } from '../src/index.js';

type Step =
  | { readonly kind: 'set'; readonly at: number; readonly key: string; readonly value: number }
  | { readonly kind: 'delete'; readonly at: number; readonly key: string }
  | { readonly kind: 'fork'; readonly at: number };

const key = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => `imdb:tt${n}`),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const at = fc.nat(7);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at, key, value: fc.nat() }),
    fc.record({ kind: fc.constant('delete' as const), at, key }),
    fc.record({ kind: fc.constant('fork' as const), at }),
  ),
  { maxLength: 80 },
);

describe('a map that forks', () => {
  it('holds what a map would that was copied whole each time', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const maps = [new CopyOnWriteMap<string, number>()];
        const models = [new Map<string, number>()];
        for (const step of taken) {
          const index = step.at % maps.length;
          const [map, model] = [maps[index]!, models[index]!];
          if (step.kind === 'fork') {
            maps.push(map.fork());
            models.push(new Map(model));
          } else if (step.kind === 'delete') {
            expect(map.delete(step.key)).toBe(model.delete(step.key));
          } else {
            map.set(step.key, step.value);
            model.set(step.key, step.value);
          }
        }
        for (const [i, map] of maps.entries()) {
          const model = models[i]!;
          expect(new Map(map)).toEqual(model);
          expect(map.size).toBe(model.size);
          expect(new Map([...map.keys()].map((name) => [name, map.get(name)]))).toEqual(model);
          expect([...map.values()].sort()).toEqual([...model.values()].sort());
          const visited = new Map<string, number>();
          map.forEach((value, name) => visited.set(name, value));
          expect(visited).toEqual(model);
          expect(map.has('nobody')).toBe(false);
        }
      }),
    );
  });

  it('goes on over what it held when a walk began', () => {
    const map = new CopyOnWriteMap(Array.from({ length: 600 }, (_, i) => [`${i}`, i] as const));
    for (const [name] of map) if (map.get(name)! % 2 === 0) map.delete(name);
    expect(map.size).toBe(300);
    expect([...map.values()].every((value) => value % 2 === 1)).toBe(true);
  });
});
