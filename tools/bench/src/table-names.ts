/** Tables that documents of the packages show; each is printed alone. */
export const SINGLE_TABLES = [
  'v1-sizes',
  'cluster-cosines',
  'cluster-thresholds',
  'client',
  'liars-patterns',
  'convergence',
  'publication',
] as const;

export type SingleTable = (typeof SINGLE_TABLES)[number];
