// Everyday
export { readMiniLmCodebook } from './minilm-codebook.js';
