import { createMiniLmCodec } from '@omega-tv/compression/node';
import { createTextStart, type TextStart } from '@omega-tv/federation';

let start: TextStart | undefined;

/** What a fleet of MiniLM embeddings starts from; made once, for the codebook is large. */
export function textStart(): TextStart {
  start ??= createTextStart(createMiniLmCodec().codebook);
  return start;
}
