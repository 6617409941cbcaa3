import type { StoreLayout } from '@omega-tv/level';
import { layoutWithoutMark, migrateFirstLayout } from './first-layout.js';

/** The layout of a TV's pattern store. 1: each record with its checksum as text. */
export const patternStoreLayout: StoreLayout = {
  kind: 'tv-patterns',
  layout: 2,
  migrations: { 1: migrateFirstLayout },
  unmarkedLayout: layoutWithoutMark,
};
