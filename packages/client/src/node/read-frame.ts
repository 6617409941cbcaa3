import { createV2Format } from '@omega-tv/compression';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { frameReader, type ReadFrame } from '../records/frame-reader.js';

let read: ReadFrame | undefined;

/** Reads frames with the shipped codebook, which is loaded when the first one comes. */
export const readMiniLmFrame: ReadFrame = (frame) => {
  read ??= frameReader(createV2Format({ codecs: [createEmbeddingCodec(readMiniLmCodebook())] }));
  return read(frame);
};
