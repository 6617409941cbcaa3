export { createRandom, hash32 } from './seeded-random.js';
