// All that a page needs, from its one entry; the codebook is a file beside it.
export {
  createSyncLoop,
  loadV2Format,
  openBrowserPatternStore,
  openWhenFree,
  SyncClient,
} from '@omega-tv/client/web';
