export { catalogueFiles, loadCatalogue } from './catalogue.js';
export type { Title } from './title.js';
export { dot } from './dot.js';
export { closePairs, type ClosePair } from './close-pairs.js';
export { drawTastes } from './tastes.js';
export { decodeFloat16 } from './float16.js';
