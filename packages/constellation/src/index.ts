// Everyday
export { Constellation, type ConstellationReport } from './constellation.js';
export type { ConstellationOptions } from './constellation-options.js';
export {
  createServer,
  type ConstellationServer,
  type ServerLimits,
  type ServerOptions,
} from './http/server.js';
export type { TlsCertificate } from './http/tls.js';
export { TokenAuthenticator, type TokenAuthenticatorOptions } from './auth/token-authenticator.js';
export { openLevelConstellationStore } from './store/level-store.js';
export type { LevelConstellationStoreOptions } from './store/open-server-records.js';
export { startPublishing, type Publisher, type PublishingOptions } from './publish/publisher.js';
export type { Repeat } from './repeat.js';
export { readReport } from './report.js';
export { backupStore } from './operations/backup.js';
export { restoreStore, type RestoreOptions } from './operations/restore.js';
export { forgetDevice } from './operations/forget.js';
export {
  ServerMetrics,
  type AnsweredRequest,
  type MetricsOptions,
  type ObservedConstellation,
} from './operations/metrics.js';

export type { SnapshotOptions } from './publish/snapshot-window.js';

// Advanced: operations on stores of other engines
export { backupEntriesOf, toRecordOperation, type BackupEntry } from './operations/backup-entry.js';
export { verifyBackupFile, writeBackupFile } from './operations/backup-file.js';
export { restoredEntries } from './operations/restore.js';
export { settleStore, type SettleOptions } from './operations/settle-store.js';

// Advanced: tokens and who shows them
export type { AuthenticatedDevice, Authenticator } from './auth/authenticator.js';
export type { Caller } from './auth/caller.js';
export { mintDeviceToken, type DeviceTokenOptions } from './auth/mint-token.js';
export {
  createTokenKey,
  parseTokenKeys,
  printTokenKeys,
  type TokenKey,
  type TokenKeys,
} from './auth/token-keys.js';

// Advanced: operations
export {
  createAdminServer,
  type AdministeredConstellation,
  type AdminOptions,
} from './operations/admin-server.js';
export type {
  ItemCounts,
  Overview,
  PlacedPattern,
  PublishedOverview,
  TitlesOverview,
} from './operations/dashboard/overview.js';

// Advanced: other stores and mounts
export { SnapshotWindow } from './publish/snapshot-window.js';
export type {
  Checkpoint,
  CheckpointChange,
  CheckpointStore,
  ConstellationStore,
  ServerCounters,
} from './store/constellation-store.js';
export type { DeltaLog, LogRecord } from './log/delta-log.js';
export { packEntries, unpackEntries } from './log/entry-group.js';
export { sequenceConflict } from './log/sequence-conflict.js';
export { openCheckpoints, type OpenedCheckpoints } from './store/open-checkpoints.js';
export { Published } from './publish/published.js';
export { deviceKeyOf, deviceKeysOf } from './auth/caller.js';
export { deviceIdOfFrames, type FrameOptions } from './exchange/frame-exchange.js';
export type { ServedConstellation } from './http/served.js';
export type { ReadLog } from './writer/learn-records.js';
export type { FoldSettings } from './writer/fold-settings.js';
export type { DecidedDelta, DeviceRecord } from './decision/device-record.js';
export { createMemoryConstellationStore } from './store/memory-store.js';
export { createInMemoryTransport } from './http/in-memory-transport.js';
export {
  DEFAULT_PENDING_PUSHES,
  Responder,
  type ResponderOptions,
} from './http/handlers/responder.js';
export { DEFAULT_SYNC_WINDOW } from './constellation.js';
export { SHED_RETRY_MS, stretchWindow } from './http/handlers/push-load.js';
export type { Answer, IncomingRequest, RequestHead, Route } from './http/handlers/route.js';
export { ExchangeLog } from './http/exchange-log.js';
export { createCohortKeys } from './secrets.js';
