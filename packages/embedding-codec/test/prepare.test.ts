import { expect, it, jest } from '@jest/globals';
import { isCodecError, type CodecRate } from '../src/index.js';
import { PreparedVectors } from '../src/prepared-vectors.js';
import { codec, createRandom, unseen } from './support.js';

const vectors = unseen.slice(0, 40);
const references = unseen.slice(30, 60);
const rates: readonly CodecRate[] = [
  { step: 0.025 },
  { step: 0.018 },
  { budgetBytes: 900 },
  { minCosine: 0.9 },
];

it('what was coded before changes no byte, whatever the order of counts and rates', () => {
  const random = createRandom(7);
  const encoder = codec.prepare(vectors, references);
  for (let i = 0; i < 24; i += 1) {
    const rate = rates[Math.floor(random.next() * rates.length)]!;
    const count = Math.floor(random.next() * (vectors.length + 1));
    const once = codec.encode(vectors.slice(0, count), { mode: 'download', rate, references });
    expect(encoder.encode(rate, count)).toEqual(once);
  }
});

it('takes vectors without a direction among the others', () => {
  const some = [vectors[0]!, new Float32Array(384), vectors[1]!];
  const encoder = codec.prepare(some);
  const rate = { step: 0.025 };
  for (const count of [3, 2, 3]) {
    const once = codec.encode(some.slice(0, count), { mode: 'download', rate });
    expect(encoder.encode(rate, count)).toEqual(once);
  }
});

it('alone keeps what was coded: a message that is coded once keeps nothing of the steps it tried', () => {
  const toResult = jest.spyOn(PreparedVectors.prototype, 'toResult');
  const rate = { budgetBytes: 900 };
  codec.encode(vectors, { mode: 'download', rate });
  codec.prepare(vectors).encode(rate);
  const [once, several] = toResult.mock.contexts as PreparedVectors[];
  toResult.mockRestore();
  expect(once!.keptCount).toBe(0);
  expect(several!.keptCount).toBeGreaterThan(vectors.length);
});

it('codes all vectors where no count is given', () => {
  const { decoded } = codec.prepare(vectors).encode({ step: 0.025 });
  expect(decoded.length).toBe(vectors.length);
});

it.each([
  ['count', { step: 0.025 }, 41],
  ['count', { step: 0.025 }, -1],
  ['count', { step: 0.025 }, 1.5],
  ['rate', {} as CodecRate, 1],
  ['rate.step', { step: 0 }, 1],
])('refuses %s in %j, %d vectors', (field, rate, count) => {
  const encoder = codec.prepare(vectors);
  let refused: unknown;
  try {
    encoder.encode(rate, count);
  } catch (error) {
    refused = error;
  }
  expect(isCodecError(refused)).toBe(true);
  expect(refused).toMatchObject({ code: 'invalid-option', field });
});
