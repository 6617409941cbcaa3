// Everyday
export { openRecords, type OpenRecordsOptions } from './open-records.js';
export { openOrSetAside } from './open-or-set-aside.js';
export type { OpenedStore, OpenOrSetAsideOptions } from './open-or-set-aside.js';
