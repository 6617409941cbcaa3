import { describe, expect, it } from '@jest/globals';
import { createRandom } from '@omega-tv/seeded-random';
import {
  atRandom,
  FAULT_NOTATIONS,
  inOrder,
  parseHttpFault,
  parseTcpFault,
  type HttpFault,
} from '../src/index.js';

const NONE = { kind: 'none' } as const;

it('faults in order end with none', () => {
  const schedule = inOrder<HttpFault>({ kind: 'silence' }, { kind: 'duplicate' });
  const drawn = Array.from({ length: 4 }, schedule);
  expect(drawn).toEqual([{ kind: 'silence' }, { kind: 'duplicate' }, NONE, NONE]);
});

describe('faults at random', () => {
  const faults = ['silence', 'duplicate', 'lose-answer'].map((text) => parseHttpFault(text)!);
  const draw = (rate: number, seed: number) =>
    Array.from({ length: 3000 }, atRandom(faults, rate, createRandom('faults', seed)));

  it('are the same ones for the same seed, and others for another', () => {
    expect(draw(0.5, 1)).toEqual(draw(0.5, 1));
    expect(draw(0.5, 1)).not.toEqual(draw(0.5, 2));
  });

  it('hit at their rate, each fault as often', () => {
    const hits = draw(0.3, 1).filter(({ kind }) => kind !== 'none');
    expect(Math.abs(hits.length - 900)).toBeLessThan(90);
    for (const fault of faults) {
      expect(Math.abs(hits.filter((hit) => hit === fault).length - 300)).toBeLessThan(60);
    }
  });

  it('never hit at rate 0, always at 1', () => {
    expect(draw(0, 1).every(({ kind }) => kind === 'none')).toBe(true);
    expect(draw(1, 1).every(({ kind }) => kind !== 'none')).toBe(true);
  });
});

describe('a fault is written', () => {
  it.each([
    ['delay=50', { kind: 'delay', ms: 50 }],
    ['cut-answer=100', { kind: 'cut-answer', bytes: 100 }],
    ['encode=gzip', { kind: 'encode', encoding: 'gzip' }],
    [
      'redirect=302,http://x.invalid',
      { kind: 'redirect', status: 302, location: 'http://x.invalid' },
    ],
    ['portal', { kind: 'portal', status: 200 }],
    ['portal=511', { kind: 'portal', status: 511 }],
    ['status=503,60', { kind: 'status', status: 503, retryAfter: '60' }],
    ['status=401', { kind: 'status', status: 401 }],
    ['throttle=8000', { kind: 'throttle', bitsPerSecond: 8000 }],
    ['lose-answer', { kind: 'lose-answer' }],
    ['lose-request', { kind: 'lose-request' }],
    ['cut-request=3', { kind: 'cut-request', bytes: 3 }],
    ['late=9', { kind: 'late', ms: 9 }],
    ['silence', { kind: 'silence' }],
    ['duplicate', { kind: 'duplicate' }],
  ])('%s', (text, fault) => {
    expect(parseHttpFault(text)).toEqual(fault);
  });

  it.each(
    ['', 'delay', 'delay=', 'delay=-1', 'delay=soon', 'none', 'toString', 'portal=302'].concat([
      'throttle=0',
      'encode=lzma',
      'redirect=200,x',
      'status=200',
      'silence=1',
      'reset',
    ]),
  )('not as %j', (text) => {
    expect(parseHttpFault(text)).toBeUndefined();
  });

  it('of TCP in the same way, where it is one', () => {
    expect(parseTcpFault('reset')).toEqual({ kind: 'reset' });
    expect(parseTcpFault('delay=5')).toEqual({ kind: 'delay', ms: 5 });
    expect(parseTcpFault('portal')).toBeUndefined();
    expect(parseTcpFault('reset=1')).toBeUndefined();
  });

  it('as its help says', () => {
    for (const [kind, { form }] of Object.entries(FAULT_NOTATIONS)) {
      expect(form.startsWith(kind)).toBe(true);
    }
  });
});
