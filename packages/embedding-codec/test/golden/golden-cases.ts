import { createEmbeddingCodec, parseCodebook, type EncodeOptions } from '../../src/index.js';

/** Vectors, how they are coded, and what must come out on every engine. */
export interface GoldenCase {
  readonly name: string;
  readonly mode: 'download' | 'upload';
  readonly rate: EncodeOptions['rate'];
  /** Little-endian 32-bit floats in hexadecimal. */
  readonly vectors: readonly string[];
  readonly references: readonly string[];
  readonly message: string;
  /** FNV-1a of the decoded floats: shrunk ones, then unbiased ones. */
  readonly decoded: string;
}

/** Runs every case; names those that came out otherwise. Needs nothing but the language. */
export function runGoldenCases(
  codebook: Uint8Array,
  cases: readonly GoldenCase[],
): readonly string[] {
  const codec = createEmbeddingCodec(parseCodebook(codebook));
  return cases.flatMap((golden) => {
    const { message, decoded } = codeGoldenCase(codec, golden);
    return message === golden.message && decoded === golden.decoded ? [] : [golden.name];
  });
}

/** What a case comes out as here. */
export function codeGoldenCase(
  codec: ReturnType<typeof createEmbeddingCodec>,
  { mode, rate, ...golden }: Omit<GoldenCase, 'message' | 'decoded'>,
): Pick<GoldenCase, 'message' | 'decoded'> {
  const vectors = golden.vectors.map(hexToFloats);
  const references = golden.references.map(hexToFloats);
  const random = { next: () => 0.7312 };
  const { bytes } = codec.encode(vectors, { mode, random, rate, references });
  const options = { count: vectors.length, references };
  const all = [
    ...codec.decode(bytes, options),
    ...codec.decode(bytes, { ...options, unbiased: true }),
  ];
  return { message: bytesToHex(bytes), decoded: hashOf(all) };
}

export function floatsToHex(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  vector.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return bytesToHex(new Uint8Array(view.buffer));
}

function hexToFloats(hex: string): Float32Array {
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

function bytesToHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function hashOf(vectors: readonly Float32Array[]): string {
  let hash = 0x811c9dc5;
  for (const letter of vectors.map(floatsToHex).join('')) {
    hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
