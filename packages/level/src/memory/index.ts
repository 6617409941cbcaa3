// Everyday
export { openMemoryRecords } from './open-memory-records.js';
