import { ByteReader, ByteWriter } from '../bytes.js';
import { V2_LIMITS } from '../limits.js';
import { malformed } from '../malformed.js';
import { decodeHead, encodeHead } from './head-coding.js';
import { PIECES, type TitleHead } from './title-list.js';

/** What a titles section holds: pieces are read one by one, against what the TV has. */
export interface TitlesSection {
  readonly head?: TitleHead;
  readonly pieces: readonly Uint8Array[];
}

/** Each part with its length before it; a head of no bytes is none. */
export function writeTitlesSection({ head, pieces }: TitlesSection): Uint8Array {
  const writer = new ByteWriter();
  writer.run(head === undefined ? new Uint8Array() : encodeHead(head));
  for (const piece of pieces) writer.run(piece);
  return writer.toBytes();
}

/** @throws SyncError `compression` for what is no such section. */
export function readTitlesSection(payload: Uint8Array): TitlesSection {
  if (payload.length > V2_LIMITS.maxResponseBytes) throw malformed('titles: are too many bytes');
  const reader = new ByteReader(payload);
  const head = reader.run();
  const pieces: Uint8Array[] = [];
  while (reader.left > 0) {
    if (pieces.length === PIECES) throw malformed(`titles: more than ${PIECES} pieces`);
    pieces.push(reader.run());
  }
  return { ...(head.length === 0 ? {} : { head: decodeHead(head) }), pieces };
}
