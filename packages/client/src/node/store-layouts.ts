import type { StoreLayout } from '@omega-tv/level';
import { tvPatternsLayout } from '../records/tv-patterns-layout.js';
import { layoutWithoutMark, migrateFirstLayout } from './first-layout.js';

/** The layout of a TV's pattern store. 1: each record with its checksum as text. */
export const patternStoreLayout: StoreLayout = {
  ...tvPatternsLayout,
  migrations: { 1: migrateFirstLayout },
  unmarkedLayout: layoutWithoutMark,
};
