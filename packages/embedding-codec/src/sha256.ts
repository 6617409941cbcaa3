/** SHA-256 (FIPS 180-4) in plain integers: the package has no dependency, and engines differ. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const whole = bytes.length - (bytes.length % BLOCK);
  HASH.set(INITIAL);
  for (let start = 0; start < whole; start += BLOCK) compress(HASH, schedule(bytes, start));
  // What is left, a one, zeros, and the length in bits: one block, or two.
  const rest = bytes.length - whole;
  const tail = rest + 9 > BLOCK ? 2 * BLOCK : BLOCK;
  END.fill(0);
  for (let i = 0; i < rest; i += 1) END[i] = bytes[whole + i] ?? 0;
  END[rest] = 0x80;
  writeWord(END, tail - 8, Math.floor(bytes.length / 0x20000000));
  writeWord(END, tail - 4, bytes.length << 3);
  for (let start = 0; start < tail; start += BLOCK) compress(HASH, schedule(END, start));
  const digest = new Uint8Array(32);
  for (let i = 0; i < 8; i += 1) writeWord(digest, 4 * i, word(HASH, i));
  return digest;
}

/** Bytes. */
const BLOCK = 64;
/* Filled anew for each message or block: most messages have one, and memory would take longer than that. */
const END = new Uint8Array(2 * BLOCK);
const HASH = new Uint32Array(8);
const SCHEDULE = new Uint32Array(64);

const INITIAL = Uint32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
);

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND = Uint32Array.from(
  (
    '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5' +
    'd807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174' +
    'e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da' +
    '983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca635114292967' +
    '27b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85' +
    'a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa070' +
    '19a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3' +
    '748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2'
  ).match(/.{8}/g) ?? [],
  (word) => parseInt(word, 16),
);

/** The first sixteen words of a block's schedule: its bytes, the first ones highest. */
function schedule(bytes: Uint8Array, start: number): Uint32Array {
  for (let i = 0; i < 16; i += 1) {
    const at = start + 4 * i;
    const high = ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16);
    SCHEDULE[i] = high | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
  }
  return SCHEDULE;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function compress(hash: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 64; i += 1) {
    const a = w[i - 15] ?? 0;
    const b = w[i - 2] ?? 0;
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = ((w[i - 16] ?? 0) + low + (w[i - 7] ?? 0) + high) | 0;
  }
  // Eight variables, not an array: engines that do not take arrays apart would make one a round.
  let [a, b, c, d] = [word(hash, 0), word(hash, 1), word(hash, 2), word(hash, 3)];
  let [e, f, g, h] = [word(hash, 4), word(hash, 5), word(hash, 6), word(hash, 7)];
  for (let i = 0; i < 64; i += 1) {
    const mix = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + mix + choice + word(ROUND, i) + word(w, i)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  add(hash, 0, a);
  add(hash, 1, b);
  add(hash, 2, c);
  add(hash, 3, d);
  add(hash, 4, e);
  add(hash, 5, f);
  add(hash, 6, g);
  add(hash, 7, h);
}

/** As a signed number: engines are faster with those. */
function word(words: Uint32Array, index: number): number {
  return (words[index] ?? 0) | 0;
}

function add(hash: Uint32Array, index: number, value: number): void {
  hash[index] = (hash[index] ?? 0) + value;
}
