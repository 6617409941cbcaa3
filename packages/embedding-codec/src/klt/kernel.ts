import { KERNEL } from './kernel-bytes.js';

/** The inner loops of the transform, on memory of their own. */
export interface Kernel {
  /** The codebook's axes, a row each. */
  readonly basis: Float32Array;
  /** Where the rows to be added begin, by `rowAt` of their start in the basis; their factors. */
  readonly rows: Int32Array;
  readonly factors: Float64Array;
  readonly vector: Float64Array;
  readonly coordinates: Float64Array;
  rowAt(start: number): number;
  /** Coordinates of the vector. */
  forward(): void;
  /** Adds the first `count` rows, a multiple of eight, to the vector. */
  addRows(count: number): void;
}

interface KernelExports {
  readonly forward: (basis: number, vector: number, coordinates: number, dimension: number) => void;
  readonly addRows: (
    rows: number,
    factors: number,
    count: number,
    vector: number,
    dimension: number,
  ) => void;
}

const PAGE_BYTES = 65_536;
/** Rows that the kernel takes at once. */
const ROWS = 4;

/** Undefined until the first transform; null where the engine has no WebAssembly, no SIMD, or forbids it. */
let assembled: WebAssembly.Module | null | undefined;

function assemble(): WebAssembly.Module | null {
  try {
    const binary = atob(KERNEL);
    return new WebAssembly.Module(Uint8Array.from(binary, (sign) => sign.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** Null where the engine cannot run it: then the loops of transform.ts do the same. */
export function createKernel(basis: Float32Array, dimension: number): Kernel | null {
  if (assembled === undefined) assembled = assemble();
  if (assembled === null || dimension % ROWS !== 0) return null;
  try {
    return instantiate(assembled, basis, dimension);
  } catch {
    // No memory for a second basis, say.
    return null;
  }
}

function instantiate(
  assembledModule: WebAssembly.Module,
  basis: Float32Array,
  dimension: number,
): Kernel {
  const doubles = Float64Array.BYTES_PER_ELEMENT * dimension;
  const rowsAt = 0;
  const factorsAt = rowsAt + Int32Array.BYTES_PER_ELEMENT * dimension;
  const vectorAt = factorsAt + doubles;
  const coordinatesAt = vectorAt + doubles;
  const basisAt = coordinatesAt + doubles;
  const pages = Math.ceil((basisAt + basis.byteLength) / PAGE_BYTES);
  const memory = new WebAssembly.Memory({ initial: pages });
  const { exports } = new WebAssembly.Instance(assembledModule, { klt: { memory } });
  const { forward, addRows } = exports as unknown as KernelExports;
  const held = new Float32Array(memory.buffer, basisAt, basis.length);
  held.set(basis);
  return {
    basis: held,
    rows: new Int32Array(memory.buffer, rowsAt, dimension),
    factors: new Float64Array(memory.buffer, factorsAt, dimension),
    vector: new Float64Array(memory.buffer, vectorAt, dimension),
    coordinates: new Float64Array(memory.buffer, coordinatesAt, dimension),
    rowAt: (start) => basisAt + Float32Array.BYTES_PER_ELEMENT * start,
    forward: () => {
      forward(basisAt, vectorAt, coordinatesAt, dimension);
    },
    addRows: (count) => {
      addRows(rowsAt, factorsAt, count, vectorAt, dimension);
    },
  };
}
