import { createRandom } from '@omega-tv/seeded-random';
import type { Method } from './method.js';

const ROUNDS = 12;
const CENTRES = 256;

/** Product quantisation (Jegou et al. 2011): a byte for each part of the vector. */
export function productQuantization(training: readonly Float32Array[], parts: number): Method {
  const width = (training[0]?.length ?? 0) / parts;
  const part = (vector: Float32Array, p: number): Float32Array =>
    vector.subarray(p * width, (p + 1) * width);
  const books = Array.from({ length: parts }, (_, p) =>
    kMeans(
      training.map((vector) => part(vector, p)),
      p,
    ),
  );
  return {
    name: `product quantisation, ${parts} x 8 bit (trained on the catalogue)`,
    encode: (vectors) =>
      vectors.map((vector) =>
        Uint8Array.from(books, (centres, p) => nearest(part(vector, p), centres)),
      ),
    decode: (messages) =>
      messages.map((bytes) =>
        Float32Array.from(books.flatMap((centres, p) => [...(centres[bytes[p] ?? 0] ?? [])])),
      ),
  };
}

/**
 * RaBitQ-like: a random rotation, then few bits a coordinate on a grid fitted to each vector
 * (Gao & Long 2024, extended 2025, without their estimator).
 */
export function rotatedGrid(dimension: number, bits: number): Method {
  const rotation = randomRotation(dimension);
  const levels = 2 ** bits;
  return {
    name: `random rotation + ${bits}-bit grid (RaBitQ, no estimator)`,
    encode: (vectors) =>
      vectors.map((vector) => {
        const turned = rotation.map((row) => dot(row, vector));
        const step = (turned.reduce((sum, x) => sum + Math.abs(x), 0) / dimension) * (4 / levels);
        const bytes = new Uint8Array(4 + Math.ceil((dimension * bits) / 8));
        new DataView(bytes.buffer).setFloat32(0, step);
        turned.forEach((value, i) => {
          const code = Math.max(0, Math.min(levels - 1, Math.floor(value / step) + levels / 2));
          for (let bit = 0; bit < bits; bit += 1) {
            const at = i * bits + bit;
            const place = 4 + (at >> 3);
            bytes[place] = (bytes[place] ?? 0) | (((code >> bit) & 1) << (at & 7));
          }
        });
        return bytes;
      }),
    decode: (messages) =>
      messages.map((bytes) => {
        const step = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0);
        const vector = new Float32Array(dimension);
        rotation.forEach((row, i) => {
          let code = 0;
          for (let bit = 0; bit < bits; bit += 1) {
            const at = i * bits + bit;
            code |= (((bytes[4 + (at >> 3)] ?? 0) >> (at & 7)) & 1) << bit;
          }
          const value = (code - levels / 2 + 0.5) * step;
          row.forEach((x, k) => (vector[k] = (vector[k] ?? 0) + value * x));
        });
        return vector;
      }),
  };
}

function kMeans(points: readonly Float32Array[], seed: number): readonly Float32Array[] {
  const random = createRandom('k-means', seed);
  const pick = (): Float32Array =>
    Float32Array.from(points[Math.floor(random.next() * points.length)] ?? []);
  const centres = Array.from({ length: CENTRES }, pick);
  for (let round = 0; round < ROUNDS; round += 1) {
    const members: Float32Array[][] = centres.map(() => []);
    for (const point of points) members[nearest(point, centres)]?.push(point);
    members.forEach((own, c) => {
      const sum = own.reduce(
        (total, point) => total.map((x, i) => x + (point[i] ?? 0)),
        new Float32Array(points[0]?.length ?? 0),
      );
      centres[c] = own.length === 0 ? pick() : sum.map((x) => x / own.length);
    });
  }
  return centres;
}

function nearest(point: Float32Array, centres: readonly Float32Array[]): number {
  let [best, bestDistance] = [0, Infinity];
  centres.forEach((centre, c) => {
    let distance = 0;
    for (let i = 0; i < point.length; i += 1) distance += ((point[i] ?? 0) - (centre[i] ?? 0)) ** 2;
    if (distance < bestDistance) [best, bestDistance] = [c, distance];
  });
  return best;
}

/** Gaussian directions, made orthonormal one by one. */
function randomRotation(dimension: number): readonly Float64Array[] {
  const random = createRandom('rotation', dimension);
  const rows: Float64Array[] = [];
  for (let r = 0; r < dimension; r += 1) {
    const row = new Float64Array(dimension).map(
      () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next()),
    );
    for (const other of rows) {
      const along = dot(other, row);
      row.forEach((value, i) => (row[i] = value - along * (other[i] ?? 0)));
    }
    const length = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / length));
  }
  return rows;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
