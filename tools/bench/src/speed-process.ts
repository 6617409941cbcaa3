// A process of its own, since engine flags hold for a whole process. Prints JSON.
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { loadUnseen } from './unseen.js';
import { measureSpeed } from './speed.js';

const VECTORS = 12;
const ROUNDS = 3;

const codec = createEmbeddingCodec(readMiniLmCodebook());
const rows = await measureSpeed(codec, loadUnseen().slice(0, VECTORS), ROUNDS);
process.stdout.write(JSON.stringify(rows));
