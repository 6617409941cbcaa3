import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { readMiniLmCodebook } from '../src/node/index.js';
import { KERNEL } from '../src/klt/kernel-bytes.js';
import { createKernel } from '../src/klt/kernel.js';
import { KltTransform } from '../src/klt/transform.js';
import { unseen } from './support.js';

const { basis, space } = readMiniLmCodebook();
const { dimension } = space;
const loops = new KltTransform(basis, dimension, null);

describe('the kernel of the transform', () => {
  it('is what its source says (npm run build-kernel writes it)', () => {
    const script = fileURLToPath(new URL('../scripts/build-kernel.mjs', import.meta.url));
    const printed = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
    expect(printed.trim()).toBe(KERNEL);
  });

  it('gives the bits that the loops give, there and back', () => {
    const kernel = createKernel(basis, dimension);
    expect(kernel).not.toBeNull();
    const transform = new KltTransform(basis, dimension, kernel);
    for (const [i, vector] of unseen.slice(0, 200).entries()) {
      const coordinates = loops.forward(vector);
      expect(transform.forward(vector)).toEqual(coordinates);
      // Zeros among them, so that all numbers of axes are added, those that eights leave over too.
      const some = coordinates.map((value, axis) => (axis % 7 < i % 8 ? 0 : value));
      const [expected, added] = [new Float64Array(vector), new Float64Array(vector)];
      loops.addInverse(some, expected);
      transform.addInverse(some, added);
      expect(added).toEqual(expected);
    }
  });

  it('leaves vectors of another length, and other dimensions, to the loops', () => {
    const transform = new KltTransform(basis, dimension);
    for (const length of [0, 3, dimension - 1]) {
      const short = Float32Array.from({ length }, (_, i) => i / 7);
      expect(transform.forward(short)).toEqual(loops.forward(short));
    }
    expect(createKernel(new Float32Array(36), 6)).toBeNull();
  });
});

describe('an engine without WebAssembly', () => {
  const { WebAssembly: had } = globalThis;
  afterEach(() => {
    globalThis.WebAssembly = had;
  });

  it('runs the loops', async () => {
    jest.resetModules();
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    const fresh = await import('../src/klt/kernel.js');
    expect(fresh.createKernel(basis, dimension)).toBeNull();
  });
});
