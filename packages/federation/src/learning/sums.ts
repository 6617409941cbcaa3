import type { Tally } from '../tally.js';
import { apply, fromTriangle, multiply, toTriangle, transpose, type Matrix } from './matrix.js';
import { FACTORS } from '@omega-tv/types';

/*
 * What the vectors of tallies hold. Viewer factors x come first; all are sums, so that they may be
 * added, decayed and rotated.
 *   title, history class: sum of x, number of x
 *   moments: upper triangle of the sum of x x', number of x, number of devices
 */

const TRIANGLE = (FACTORS * (FACTORS + 1)) / 2;

/** A completion of a title, or a viewer in a history class. */
export function factorShare(x: Float64Array | undefined): Float64Array {
  const share = new Float64Array(FACTORS + 1);
  if (x === undefined) return share;
  share.set(x);
  share[FACTORS] = 1;
  return share;
}

/** @param devices how much of a device is new: 1 for one not seen before, see `activity.ts`. */
export function momentShare(x: Float64Array | undefined, devices: number): Float64Array {
  const share = new Float64Array(TRIANGLE + 2);
  share[TRIANGLE + 1] = devices;
  if (x === undefined) return share;
  let at = 0;
  for (let row = 0; row < FACTORS; row += 1) {
    const value = x[row] ?? 0;
    for (let column = row; column < FACTORS; column += 1) {
      share[at] = value * (x[column] ?? 0);
      at += 1;
    }
  }
  share[TRIANGLE] = 1;
  return share;
}

/** What moments say, as means. */
export interface Moments {
  /** Mean of x x'. */
  readonly squares: Matrix;
  /** Viewer factors behind it, decayed. */
  readonly count: number;
  /** Devices, each as far as it decayed since its last completion. */
  readonly devices: number;
}

export function readMoments(vector: Float64Array, decay: number): Moments {
  const count = vector[TRIANGLE] ?? 0;
  const squares = fromTriangle(vector, FACTORS).map((sum) => (count > 0 ? sum / count : 0));
  return { squares, count: count * decay, devices: (vector[TRIANGLE + 1] ?? 0) * decay };
}

export function rotateFactors(vector: Float64Array, rotation: Matrix): Float64Array {
  const rotated = vector.slice();
  rotated.set(apply(rotation, vector));
  return rotated;
}

export function rotateMoments(vector: Float64Array, rotation: Matrix): Float64Array {
  const rotated = vector.slice();
  const squares = fromTriangle(vector, FACTORS);
  const turned = multiply(multiply(rotation, squares), transpose(rotation));
  rotated.set(toTriangle(turned, FACTORS));
  return rotated;
}

/** Closed sums and open cohorts alike. */
export function rotateTally(
  { closed, open }: Tally,
  rotation: Matrix,
  rotate: (vector: Float64Array, rotation: Matrix) => Float64Array,
): Tally {
  const turn = <Sums extends { readonly vector: Float64Array }>(sums: Sums): Sums =>
    sums.vector.length === 0 ? sums : { ...sums, vector: rotate(sums.vector, rotation) };
  return { closed: turn(closed), open: open.map(turn) };
}
