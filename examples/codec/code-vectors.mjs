// Your vectors in a file of 64 bytes each: rows of 384 little-endian 32-bit floats (all-MiniLM-L6-v2).
// node code-vectors.mjs vectors.f32 coded.bin [BYTES]; numpy writes such a file with a.tofile('vectors.f32').
import { readFile, writeFile } from 'node:fs/promises';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';

const DIMENSION = 384;
const [from, to, bytesEach = '64'] = process.argv.slice(2);

const file = await readFile(from);
const floats = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.length));
const vectors = Array.from({ length: floats.length / DIMENSION }, (_, row) =>
  floats.subarray(row * DIMENSION, (row + 1) * DIMENSION),
);

const codec = createEmbeddingCodec(readMiniLmCodebook());
const budgetBytes = vectors.length * Number(bytesEach); // of the whole message, never exceeded
const { bytes, cosines } = codec.encode(vectors, { mode: 'download', rate: { budgetBytes } });
await writeFile(to, bytes); // how many vectors it holds is yours to keep

const mean = cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
console.log(`${vectors.length} vectors: ${file.length} B became ${bytes.length} B`);
console.log(`mean cosine ${mean.toFixed(3)}`);
const [first] = codec.decode(await readFile(to), { count: vectors.length });
console.log(
  `the first begins with ${[...first.subarray(0, 3)].map((x) => x.toFixed(3)).join(' ')}`,
);
