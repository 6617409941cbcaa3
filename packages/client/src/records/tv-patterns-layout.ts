import type { StoreLayout } from '@omega-tv/level';

/** What a TV's pattern store holds, and how its records lie, on every kind of disk. */
export const tvPatternsLayout: StoreLayout = { kind: 'tv-patterns', layout: 2 };
