import path from 'node:path';

const root = import.meta.dirname;
/** A guard against hanging, no claim: a busy machine takes many times as long as an idle one. */
const HANG_MS = 1_800_000;

/** One configuration for every project: each is run with its own folder as `--rootDir`. */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testTimeout: HANG_MS,
  extensionsToTreatAsEsm: ['.ts'],
  // Sources name the files that they become.
  moduleNameMapper: { '^(\\.{1,2}/.+)\\.js$': '$1' },
  transform: { '\\.[jt]s$': path.join(root, 'jest.transform.js') },
  cacheDirectory: path.join(root, 'node_modules/.cache/jest'),
};
