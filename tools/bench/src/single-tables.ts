import { tabulateClusterCosines } from './clusters/cosines.js';
import { tabulateClusterThresholds } from './clusters/thresholds.js';
import { tabulateClient } from './client/client-table.js';
import { tabulateConvergence } from './liars/convergence.js';
import { tabulateLiars } from './liars/tabulate-liars.js';
import { tabulatePublication } from './publication/publication-table.js';
import type { SingleTable } from './table-names.js';
import { tabulateV1Sizes } from './v1/sizes.js';

export const singleTables: Readonly<
  Record<SingleTable, (onStage: (stage: string) => void) => string | Promise<string>>
> = {
  'v1-sizes': tabulateV1Sizes,
  'cluster-cosines': tabulateClusterCosines,
  'cluster-thresholds': tabulateClusterThresholds,
  client: tabulateClient,
  'liars-patterns': tabulateLiars,
  convergence: tabulateConvergence,
  publication: tabulatePublication,
};
