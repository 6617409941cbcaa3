// What runs in a page, too.
export { dot } from '../dot.js';
export { parseCatalogue, type Title } from '../title.js';
