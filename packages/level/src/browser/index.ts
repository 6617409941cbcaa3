// Everyday
export { openBrowserRecords, type OpenBrowserRecordsOptions } from './open-browser-records.js';
export { openBrowserOrSetAside, type OpenBrowserStoreOptions } from './open-or-set-aside.js';
export { openWhenFree, type OpenWhenFreeOptions } from './open-when-free.js';
export type { OpenedStore } from '../open-or-recover.js';
