export { loadCatalogue, type Title } from './catalogue.js';
export { decodeFloat16 } from './float16.js';
