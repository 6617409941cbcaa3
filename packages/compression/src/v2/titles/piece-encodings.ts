import { encodePiece } from './piece-frame.js';
import type { TitlePiece } from './title-list.js';

/** Pieces never change, so each is coded once from each base. */
const encodings = new WeakMap<TitlePiece, Map<TitlePiece | undefined, Uint8Array>>();

export function encodedPiece(piece: TitlePiece, base?: TitlePiece): Uint8Array {
  const known = encodings.get(piece) ?? new Map<TitlePiece | undefined, Uint8Array>();
  encodings.set(piece, known);
  const bytes = known.get(base) ?? encodePiece(piece, base);
  known.set(base, bytes);
  return bytes;
}
