import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { makeFrames, readFrames, type GoldenFrame } from './golden/golden-frames.js';

const names = [
  'delta-cold',
  'delta-warm',
  'delta-capable',
  'snapshot',
  'diff',
  'batch',
  'answer',
  'answer-standing',
  'delta-learning',
  'answer-titles',
  'answer-titles-diff',
];
const fileOf = (name: string): URL => new URL(`golden/${name}.json`, import.meta.url);

// Writes the files anew, for a format or a codebook that changed on purpose:
// UPDATE_GOLDEN=1 npm test -w packages/compression -- v2/golden; then prettier
if (process.env.UPDATE_GOLDEN !== undefined) {
  const frames = makeFrames();
  const contents = readFrames(frames);
  for (const [name, bytes] of Object.entries(frames)) {
    const golden: GoldenFrame = {
      frame: Buffer.from(bytes).toString('hex'),
      content: contents[name],
    };
    writeFileSync(fileOf(name), `${JSON.stringify(golden, undefined, 2)}\n`);
  }
}

describe('golden frames', () => {
  const golden = new Map(
    names.map((name) => [name, JSON.parse(readFileSync(fileOf(name), 'utf8')) as GoldenFrame]),
  );
  const stored = Object.fromEntries(
    [...golden].map(([name, { frame }]) => [name, Uint8Array.from(Buffer.from(frame, 'hex'))]),
  );
  const contents = readFrames(stored);

  it.each(names)('%s: the same content gives the same bytes (rule 9.1)', (name) => {
    expect(Buffer.from(makeFrames()[name]!).toString('hex')).toBe(golden.get(name)!.frame);
  });

  it.each(names)('%s: the same bytes give the same content (rule 9.1)', (name) => {
    expect(contents[name]).toEqual(golden.get(name)!.content);
  });
});
