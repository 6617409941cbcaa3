import type { TitleList, TitlePiece } from '@omega-tv/compression';
import type { PublicationResult } from '../work/publication-work.js';
import type { PublishedEntry } from '../writer/log-entry.js';
import type { NewVersion } from './published.js';

/** What stands in the log of a publication; undefined where there is nothing. */
export function toPublishedEntry(
  titles: PublicationResult['titles'],
  version: NewVersion | undefined,
): PublishedEntry | undefined {
  if (titles === undefined && version === undefined) return undefined;
  const { globals, snapshot } = version ?? {};
  return {
    kind: 'published',
    ...(titles === undefined ? {} : { titles: titles.stored }),
    ...(globals === undefined ? {} : { globals }),
    ...(snapshot === undefined
      ? {}
      : {
          snapshot: {
            version: snapshot.added.version,
            frame: snapshot.frame,
            expired: snapshot.expired,
          },
        }),
  };
}

/** The list with the pieces that were there before: what was coded of them is not coded again. */
export function withKnownPieces(list: TitleList, before: TitleList | undefined): TitleList {
  if (before === undefined) return list;
  const known = ({ index, version, generation }: TitlePiece): TitlePiece | undefined =>
    before.history
      .get(index)
      ?.find((piece) => piece.version === version && piece.generation === generation);
  const keep = (piece: TitlePiece): TitlePiece => known(piece) ?? piece;
  return {
    ...list,
    pieces: new Map(Array.from(list.pieces, ([index, piece]) => [index, keep(piece)])),
    history: new Map(Array.from(list.history, ([index, pieces]) => [index, pieces.map(keep)])),
  };
}
