import {
  decodeHead,
  decodePiece,
  encodeHead,
  encodePiece,
  type HeldGeneration,
  type TitleHoldings,
  type TitlePiece,
} from '@omega-tv/compression';
import {
  recordSpace,
  singleRecord,
  type RecordCodec,
  type RecordOperation,
  type RecordReader,
} from '@omega-tv/level';

const headCodec: RecordCodec<HeldGeneration['head']> = { encode: encodeHead, decode: decodeHead };
const pieceCodec: RecordCodec<TitlePiece> = {
  encode: (piece) => encodePiece(piece),
  decode: (bytes) => decodePiece(bytes),
};

/** What a TV computes with, and the generation that is on its way. */
const GENERATIONS = ['current', 'next'] as const;
const records = {
  current: recordsOf('current'),
  next: recordsOf('next'),
};

function recordsOf(name: (typeof GENERATIONS)[number]) {
  return {
    head: singleRecord(`titles-${name}`, headCodec),
    /** By index. */
    pieces: recordSpace(`titles-${name}!`, pieceCodec),
  };
}

/** What to write of a list of titles: the pieces that are others, and no more. */
export function holdingsChanges(
  before: TitleHoldings,
  after: TitleHoldings,
): readonly RecordOperation[] {
  return before === after
    ? []
    : GENERATIONS.map((name) => generationChanges(name, before[name], after[name])).reduce(
        (all, changes) => all.concat(changes),
        [],
      );
}

function generationChanges(
  name: (typeof GENERATIONS)[number],
  before: HeldGeneration | undefined,
  after: HeldGeneration | undefined,
): readonly RecordOperation[] {
  const { head, pieces } = records[name];
  const operations: RecordOperation[] = [];
  if (before?.head !== after?.head) {
    operations.push(after === undefined ? head.delete() : head.put(after.head));
  }
  for (const index of before?.pieces.keys() ?? []) {
    if (after?.pieces.has(index) !== true) operations.push(pieces.delete(String(index)));
  }
  for (const [index, piece] of after?.pieces ?? []) {
    if (before?.pieces.get(index) !== piece) operations.push(pieces.put(String(index), piece));
  }
  return operations;
}

export async function readHoldings(reader: RecordReader): Promise<TitleHoldings> {
  const [current, next] = await Promise.all(GENERATIONS.map((name) => readOne(reader, name)));
  return {
    ...(current === undefined ? {} : { current }),
    ...(next === undefined ? {} : { next }),
  };
}

async function readOne(
  reader: RecordReader,
  name: (typeof GENERATIONS)[number],
): Promise<HeldGeneration | undefined> {
  const head = await records[name].head.get(reader);
  if (head === undefined) return undefined;
  const pieces = new Map<number, TitlePiece>();
  for await (const [index, piece] of records[name].pieces.entries(reader)) {
    pieces.set(Number(index), piece);
  }
  return { head, pieces };
}
