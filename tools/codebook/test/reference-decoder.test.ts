import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCatalogue } from '@omega-tv/catalogue';
import { createEmbeddingCodec, isCodecError, parseCodebook } from '@omega-tv/embedding-codec';
import { createRandom } from '@omega-tv/seeded-random';
import { afterAll, expect, it } from '@jest/globals';
import { describeUnless } from '@omega-tv/test-support';
import { encodeStream, decodeStream } from '../src/vector-stream.js';

const MESSAGES = 60;
const inCodec = (file: string): string =>
  fileURLToPath(new URL(`../../../packages/embedding-codec/${file}`, import.meta.url));
const codebookFile = inCodec('codebook/all-minilm-l6-v2.codebook');
const decoder = fileURLToPath(new URL('../reference/decode.py', import.meta.url));
const codec = createEmbeddingCodec(parseCodebook(readFileSync(codebookFile)));
const titles = loadCatalogue().map((title) => title.embedding);

interface ReferenceCase {
  readonly message: string;
  readonly count: number;
  readonly references: readonly string[];
  readonly unbiased: boolean;
}

function missingPython(): string | undefined {
  try {
    execFileSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']);
    return undefined;
  } catch {
    return 'no python3 of 3.8 or later';
  }
}

/** What the decoder in Python makes of each case: floats in hexadecimal, or null where it refuses. */
function decodeInPython(cases: readonly ReferenceCase[]): readonly (string | null)[] {
  const output = execFileSync('python3', ['-B', decoder, '--codebook', codebookFile, '--lines'], {
    input: cases.map((one) => `${JSON.stringify(one)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1e9,
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as string | null);
}

/** What the package makes of it. */
function decodeHere(one: ReferenceCase): string | null {
  const { message, count, references, unbiased } = one;
  try {
    const options = { count, references: references.map(hexToFloats), unbiased };
    return toHex(...codec.decode(Buffer.from(message, 'hex'), options));
  } catch (error) {
    if (isCodecError(error, 'invalid-message')) return null;
    throw error;
  }
}

function toHex(...rows: readonly Float32Array[]): string {
  return rows
    .map((row) => Buffer.from(row.buffer, row.byteOffset, row.byteLength).toString('hex'))
    .join('');
}

function hexToFloats(hex: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
}

/** Messages of both modes at every kind of step, with and without references, and odd vectors. */
function randomCases(): readonly ReferenceCase[] {
  const random = createRandom('reference decoder');
  const below = (n: number): number => Math.floor(random.next() * n);
  const pick = (): Float32Array => titles[below(titles.length)] ?? new Float32Array(384);
  const near = (vector: Float32Array): Float32Array => {
    const other = pick();
    const share = random.next() / 2;
    return vector.map((value, i) => (1 - share) * value + share * (other[i] ?? 0));
  };
  const odd = [
    (): Float32Array => new Float32Array(384),
    (): Float32Array => pick().map((value) => value * 10 ** (20 * random.next() - 10)),
    (): Float32Array => new Float32Array(384).fill(3.4028234663852886e38),
    (): Float32Array => Float32Array.from({ length: 384 }, () => random.next() - 0.5),
  ];
  return Array.from({ length: MESSAGES }, (_, n): ReferenceCase => {
    const references = Array.from({ length: n % 3 === 0 ? 0 : 1 + below(9) }, pick);
    const vectors: Float32Array[] = [];
    for (let left = 1 + below(6); left > 0; left -= 1) {
      const known = [...references, ...vectors];
      const base = random.next() < 0.5 ? known[below(known.length)] : undefined;
      const strange = random.next() < 0.15 ? odd[below(odd.length)] : undefined;
      vectors.push(strange?.() ?? near(base ?? pick()));
    }
    const rate = { step: 2 ** (-12 * random.next()) };
    const mode = n % 2 === 0 ? 'upload' : 'download';
    const { bytes } = codec.encode(vectors, { mode, random, rate, references });
    return {
      message: Buffer.from(bytes).toString('hex'),
      count: vectors.length,
      references: references.map((row) => toHex(row)),
      unbiased: n % 4 < 2,
    };
  });
}

/** The same messages, hurt: a bit turned, cut short, continued, or with another count. */
function damage(one: ReferenceCase, n: number): ReferenceCase {
  const bytes = Buffer.from(one.message, 'hex');
  const at = (n * 7919) % (8 * bytes.length);
  const hurt = [
    (): Buffer => {
      bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
      return bytes;
    },
    (): Buffer => bytes.subarray(0, at >> 3),
    (): Buffer => Buffer.concat([bytes, Buffer.of(n)]),
    (): Buffer => bytes,
  ][n % 4];
  const message = (hurt?.() ?? bytes).toString('hex');
  return { ...one, message, count: n % 4 === 3 ? one.count + 1 : one.count };
}

describeUnless(missingPython(), 'the decoder in Python', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'omega-tv-reference-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('decodes the golden messages to the same bits', () => {
    const golden = JSON.parse(readFileSync(inCodec('test/golden/golden.json'), 'utf8')) as {
      message: string;
      vectors: string[];
      references: string[];
      decoded: string;
    }[];
    const cases = golden.flatMap(({ message, vectors, references }) =>
      [false, true].map((unbiased) => ({ message, count: vectors.length, references, unbiased })),
    );
    const decoded = decodeInPython(cases);
    expect(decoded.map((hex) => hex?.length)).toEqual(cases.map(({ count }) => 3072 * count));
    expect(decoded).toEqual(cases.map(decodeHere));
  });

  const cases = randomCases();

  it('decodes random messages to the same bits', () => {
    const decoded = decodeInPython(cases);
    expect(decoded).toEqual(cases.map(decodeHere));
    expect(decoded).not.toContain(null);
    expect(new Set(decoded).size).toBe(MESSAGES);
  });

  it('refuses damaged messages, or decodes them to the same bits', () => {
    const damaged = cases.map(damage);
    const decoded = decodeInPython(damaged);
    expect(decoded).toEqual(damaged.map(decodeHere));
    expect(decoded.filter((hex) => hex === null).length).toBeGreaterThan(MESSAGES / 4);
    expect(decoded.filter((hex) => hex !== null).length).toBeGreaterThan(MESSAGES / 20);
  });

  it.each(['download', 'upload'] as const)('decodes files of the codec command, %s', (mode) => {
    const [stream, out] = [path.join(folder, 'stream'), path.join(folder, 'out.f32')];
    const random = createRandom('file');
    const vectors = titles.slice(0, 150);
    const { bytes } = encodeStream(codec, vectors, { mode, random, budgetBytesPerVector: 40 });
    writeFileSync(stream, bytes);
    const command = [decoder, '--codebook', codebookFile, '--in', stream, '--out', out];
    execFileSync('python3', ['-B', ...command, '--unbiased']);
    expect(readFileSync(out).toString('hex')).toBe(toHex(...decodeStream(codec, bytes, true)));
  });
});
