// Everyday
export { loadV2Format, type LoadV2FormatOptions } from './load-v2-format.js';
export { openBrowserPatternStore } from './browser-pattern-store.js';
export type { BrowserPatternStore, BrowserPatternStoreOptions } from './browser-pattern-store.js';

// From elsewhere: so that a page needs one import
export { createMemoryPatternStore, createSyncLoop, SyncClient } from '../index.js';
export { openWhenFree, type OpenWhenFreeOptions } from '@omega-tv/level/browser';
