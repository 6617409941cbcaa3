// Everyday
export { jsonCodec, type RecordCodec } from './record-codec.js';
export { recordSpace, singleRecord } from './record-space.js';
export type { RecordSpace, SingleRecord } from './record-space.js';
export type { Migration, StoreLayout } from './store-layout.js';

// Advanced: other databases, raw keys and records
export { bytesCodec } from './record-codec.js';
export { DurableRecords } from './durable-records.js';
export type { RecordsSource, WrittenCount } from './durable-records.js';
export type { KeyRange, LevelDatabase, RecordOperation, RecordReader } from './database.js';
export { lostWritesRecord } from './lost-writes.js';
export { keyFromBytes, keyToBytes, rangeOfPrefix } from './key-bytes.js';

// Errors
export { CorruptStoreError } from './corrupt-store-error.js';
export { StoreInUseError } from './store-in-use-error.js';
