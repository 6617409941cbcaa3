import type { Constellation } from '../constellation.js';

/** What HTTP needs of a Constellation: one that decides here, or hands pushes to who does. */
export type ServedConstellation = Pick<
  Constellation,
  'format' | 'window' | 'version' | 'syncWindow' | 'sync' | 'syncFrame' | 'countRefused'
>;
