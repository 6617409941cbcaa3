export { syncErrorOf } from './sync-error-of.js';
export { temporaryFolder } from './temporary-folder.js';
