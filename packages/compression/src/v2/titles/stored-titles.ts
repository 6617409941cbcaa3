import { decodeHead, encodeHead } from './head-coding.js';
import { encodedPiece } from './piece-encodings.js';
import { decodePiece } from './piece-frame.js';
import type { TitleList, TitlePiece } from './title-list.js';

/** A list of titles as a server keeps it: in the bytes that TVs get. */
export interface StoredTitles {
  readonly version: number;
  readonly head: Uint8Array;
  /** Whole, all versions that TVs may still hold; of one index the newest first. */
  readonly pieces: readonly Uint8Array[];
}

export function toStoredTitles({ version, head, history }: TitleList): StoredTitles {
  const pieces = [...history.values()].flat().map((piece) => encodedPiece(piece));
  return { version, head: encodeHead(head), pieces };
}

/**
 * The list that was stored: what is filled from it, and published after it, is the same.
 * @throws SyncError `compression` for what is no such list.
 */
export function fromStoredTitles({ version, head, pieces }: StoredTitles): TitleList {
  const history = new Map<number, TitlePiece[]>();
  for (const bytes of pieces) {
    const piece = decodePiece(bytes);
    const older = history.get(piece.index);
    if (older === undefined) history.set(piece.index, [piece]);
    else older.push(piece);
  }
  const newest = new Map(
    [...history].flatMap(([index, [piece]]) =>
      piece === undefined ? [] : [[index, piece] as const],
    ),
  );
  return { version, head: decodeHead(head), pieces: newest, history };
}
