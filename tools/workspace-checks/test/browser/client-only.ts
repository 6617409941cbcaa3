export { createMemoryPatternStore, createSyncLoop, SyncClient } from '@omega-tv/client';
