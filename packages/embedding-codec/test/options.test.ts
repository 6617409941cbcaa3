import { describe, expect, it } from '@jest/globals';
import {
  createEmbeddingCodec,
  isCodecError,
  parseCodebook,
  type Codebook,
  type CodecError,
  type EncodeOptions,
} from '../src/index.js';
import { codec, unseen } from './support.js';

const rate = { budgetBytes: 64 };

function codecErrorOf(call: () => unknown): CodecError {
  try {
    call();
  } catch (error) {
    if (isCodecError(error)) return error;
    throw error;
  }
  throw new Error('returned, but a CodecError was expected');
}

describe('encode refuses, by its name, an option that cannot work', () => {
  it.each([
    ['mode', { rate }, "mode must be 'upload' or 'download'."],
    ['mode', { rate, mode: 'up' }, "mode must be 'upload' or 'download'."],
    ['random', { rate, mode: 'upload' }, 'random must be an object with next()'],
    ['random', { rate, mode: 'upload', random: Math.random }, 'random must be an object with'],
    ['rate', { mode: 'download' }, 'rate must be one of { budgetBytes }'],
    ['rate', { mode: 'download', rate: {} }, 'rate must be one of'],
    ['rate', { mode: 'download', rate: { step: 0.02, minCosine: 0.9 } }, 'rate must be one of'],
    ['rate.budgetBytes', { mode: 'download', rate: { budgetBytes: '64' } }, 'must be a number'],
    ['rate.near', { mode: 'download', rate: { ...rate, near: 0 } }, 'must be a step above zero'],
    ['rate.near', { mode: 'download', rate: { ...rate, near: '1' } }, 'must be a step above zero'],
    ['rate.step', { mode: 'download', rate: { step: 0 } }, 'must be a number above zero'],
    ['rate.step', { mode: 'download', rate: { step: NaN } }, 'must be a number above zero'],
    ['rate.minCosine', { mode: 'download', rate: { minCosine: 1 } }, 'must be a number below 1'],
    ['references', { mode: 'download', rate, references: 7 }, 'references must be an array'],
  ])('%s in %j', (field, options, message) => {
    const call = () => codec.encode(unseen.slice(0, 1), options as unknown as EncodeOptions);
    const error = codecErrorOf(call);
    expect(error).toMatchObject({ code: 'invalid-option', field });
    expect(error.message).toContain(message);
  });
});

it('decode refuses a count that is none', () => {
  const call = () => codec.decode(new Uint8Array(8), { count: undefined as unknown as number });
  expect(codecErrorOf(call)).toMatchObject({ code: 'invalid-option', field: 'count' });
});

it('a codec is not made of what is no codebook', () => {
  const bytes = new Uint8Array(8) as unknown as Codebook;
  expect(codecErrorOf(() => createEmbeddingCodec(bytes)).code).toBe('invalid-codebook');
  const text = 'codebook' as unknown as Uint8Array;
  expect(codecErrorOf(() => parseCodebook(text)).code).toBe('invalid-codebook');
});
