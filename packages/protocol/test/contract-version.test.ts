import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  GlobalPatternsSchema,
  PatternDataSchema,
  SyncDeltaSchema,
  TrendSignalSchema,
} from '@omega-tv/types';
import { CONTRACT_VERSION, createOpenApiDocument } from '../src/index.js';
import { CONTRACT_HASHES } from './contract-hashes.js';
import { problemTypes } from './problem-examples.js';

/** All that the two sides check with or agree on. */
function contract() {
  const { info: _, ...document } = createOpenApiDocument();
  const v1 = { PatternDataSchema, SyncDeltaSchema, TrendSignalSchema, GlobalPatternsSchema };
  return { document, v1, problemTypes };
}

/** What a text says to people, and an example, are no part of a schema. */
const PROSE: ReadonlySet<string> = new Set(['description', 'summary', 'example', 'title']);

/** JSON with the keys in order, and without prose. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(
      ([name, held]) => !(PROSE.has(name) && typeof held !== 'object'),
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 32);
}

it('a change of a schema comes with a new version of the contract', () => {
  const hash = hashOf(contract());
  const advice =
    `The schemas have the hash ${hash}, which is not the one of version ${CONTRACT_VERSION}. ` +
    `Raise CONTRACT_VERSION in src/contract.ts, its first number where an older side would not ` +
    `understand the change, and add the new version with this hash to test/contract-hashes.ts.`;
  if (CONTRACT_HASHES[CONTRACT_VERSION] !== hash) throw new Error(advice);
});

it('no two versions of the contract have the same schemas', () => {
  const hashes = Object.values(CONTRACT_HASHES);
  expect(new Set(hashes).size).toBe(hashes.length);
});

describe('the hash', () => {
  const text = JSON.stringify(contract());
  const hash = hashOf(contract());
  const hashAfter = (from: string, to: string): string => {
    expect(text).toContain(from);
    return hashOf(JSON.parse(text.replace(from, to)));
  };

  it.each([
    ['a limit', '"minimum":0', '"minimum":1'],
    ['a type', '"sample_count":{"type":"integer"', '"sample_count":{"type":"number"'],
    ['a member', '"required":["status"]', '"required":[]'],
    ['a path', '/api/v1/snapshots/', '/api/v1/versions/'],
    ['a problem', 'urn:omega-tv:problem:http', 'urn:omega-tv:problem:busy'],
  ])('sees a change of %s', (_, from, to) => {
    expect(hashAfter(from, to)).not.toBe(hash);
  });

  it('sees neither prose nor order', () => {
    expect(hashAfter('Whether the server is well', 'Another sentence')).toBe(hash);
    const { v1, ...others } = contract();
    expect(hashOf({ v1, ...others })).toBe(hash);
  });
});
