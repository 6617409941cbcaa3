// Advanced: without LevelDB and its binary
export { createFolder, OWNER_ONLY } from './create-folder.js';
