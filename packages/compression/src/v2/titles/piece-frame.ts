import { sha256 } from '@omega-tv/embedding-codec/coding';
import { reading } from '../codecs.js';
import { ByteWriter } from '../bytes.js';
import { flagField, symbolField, type IntegerField } from '../fields/field.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';
import {
  CoordinateForecast,
  readChange,
  readTitle,
  writeChange,
  writeTitle,
} from './title-coding.js';
import { readShape, shapeOf, writeShape } from './piece-shape.js';
import {
  MAX_TITLES_OF_PIECE,
  partsOf,
  PIECES,
  placeOf,
  type ListedTitle,
  type TitlePiece,
} from './title-list.js';
import { TITLE_HASH_BITS } from './title-hash.js';

const GENERATION: IntegerField = { name: 'generation', typicalBits: 3 };
const VERSION: IntegerField = { name: 'version', typicalBits: 7 };
const IS_DIFF = flagField('base', 1, 1);
const AGE: IntegerField = { name: 'base', typicalBits: 2 };
const TITLES: IntegerField = { name: 'titles', typicalBits: 7 };
const HASH_GAP: IntegerField = { name: 'content hash', typicalBits: 23 };
/** What comes next in the order of hashes: one of the base, kept, changed or gone, or an added one. */
const STEP = symbolField('step', [16, 12, 2, 2]);
const Step = { kept: 0, changed: 1, removed: 2, added: 3 } as const;
const CHECK_BYTES = 4;

/**
 * Writes a piece, whole or against an older version of it.
 * @param base of the same index and generation.
 */
export function encodePiece(piece: TitlePiece, base?: TitlePiece): Uint8Array {
  const writer = new FieldWriter();
  writer.choice('index', piece.index, PIECES);
  writer.integer(GENERATION, piece.generation);
  writer.integer(VERSION, piece.version);
  writer.flag(IS_DIFF, base !== undefined);
  if (base !== undefined) writer.integer(AGE, piece.version - base.version);
  writer.bytes('check', checkOf(piece));
  writer.integer(TITLES, piece.titles.length);
  writeTitles(writer, piece, base?.titles ?? []);
  return writer.finish();
}

function writeTitles(
  writer: FieldWriter,
  { index, titles }: TitlePiece,
  base: readonly ListedTitle[],
): void {
  const shape = shapeOf(base.length > 0 ? base : titles);
  if (base.length === 0) writeShape(writer, shape);
  const forecast = new CoordinateForecast(shape);
  let hash = firstHash(index);
  let at = 0;
  for (const title of titles) {
    for (let next = base[at]; next !== undefined && next.hash < title.hash; next = base[at]) {
      writer.symbol(STEP, Step.removed);
      hash = next.hash;
      at += 1;
    }
    const before = base[at];
    if (before?.hash === title.hash) {
      const isKept = isSameTitle(before, title);
      writer.symbol(STEP, isKept ? Step.kept : Step.changed);
      if (!isKept) writeChange(writer, title, before);
      at += 1;
    } else {
      if (base.length > 0) writer.symbol(STEP, Step.added);
      writer.integer(HASH_GAP, title.hash - hash);
      writeTitle(writer, title, forecast);
    }
    hash = title.hash;
  }
}

/** What a piece is, before its content is read. */
export interface PieceLabel {
  readonly generation: number;
  readonly index: number;
  readonly version: number;
  /** The version that it is a diff from. */
  readonly base?: number;
}

export function readPieceLabel(bytes: Uint8Array): PieceLabel {
  return reading(() => readLabel(new FieldReader(bytes)));
}

function readLabel(reader: FieldReader): PieceLabel {
  const index = reader.choice('index', PIECES);
  const generation = reader.integer(GENERATION);
  const version = reader.integer(VERSION);
  if (!reader.flag(IS_DIFF)) return { generation, index, version };
  const base = version - reader.integer(AGE);
  if (!(base >= 0 && base < version)) throw malformed('base: is no older version');
  return { generation, index, version, base };
}

/**
 * Reads a piece.
 * @param base what the label asks for.
 * @throws SyncError `compression` for what is no piece, or another one than its writer had.
 */
export function decodePiece(bytes: Uint8Array, base?: TitlePiece): TitlePiece {
  return reading(() => {
    const reader = new FieldReader(bytes);
    const label = readLabel(reader);
    const { generation, index, version } = label;
    const isBase =
      base?.generation === generation && base.index === index && base.version === label.base;
    if (label.base !== undefined && !isBase) throw malformed('base: is another one');
    const check = reader.bytes('check', CHECK_BYTES);
    const titles = readTitles(reader, index, label.base === undefined ? [] : (base?.titles ?? []));
    const piece = { generation, index, version, titles };
    if (checkOf(piece).some((byte, i) => byte !== check[i])) throw malformed('piece: not the same');
    return piece;
  });
}

function readTitles(
  reader: FieldReader,
  index: number,
  base: readonly ListedTitle[],
): readonly ListedTitle[] {
  const count = reader.integer(TITLES);
  if (count > MAX_TITLES_OF_PIECE) {
    throw malformed(`titles: are ${count}, above ${MAX_TITLES_OF_PIECE}`);
  }
  const forecast = new CoordinateForecast(base.length > 0 ? shapeOf(base) : readShape(reader));
  const titles: ListedTitle[] = [];
  const end = firstHash(index) + hashesOf(index);
  let hash = firstHash(index);
  let at = 0;
  while (titles.length < count) {
    const step = base.length > 0 ? reader.symbol(STEP) : Step.added;
    if (step === Step.added) {
      hash += reader.integer(HASH_GAP);
      if (!(hash < end)) throw malformed('content hash: lies beyond its piece');
      titles.push(readTitle(reader, hash, forecast));
      continue;
    }
    const before = base[at];
    if (before === undefined) throw malformed('step: is behind the last title of the base');
    at += 1;
    hash = before.hash;
    if (step === Step.kept) titles.push(before);
    if (step === Step.changed) titles.push(readChange(reader, before));
  }
  reader.finish();
  if (titles.some(({ hash: own }, i) => i > 0 && own <= (titles[i - 1]?.hash ?? 0))) {
    throw malformed('titles: are not in the order of their hashes');
  }
  return titles;
}

function firstHash(index: number): number {
  return placeOf(index).part * hashesOf(index);
}

function hashesOf(index: number): number {
  return 2 ** TITLE_HASH_BITS / partsOf(placeOf(index).level);
}

function isSameTitle(a: ListedTitle, b: ListedTitle): boolean {
  return a.countLevel === b.countLevel && a.steps.every((value, axis) => value === b.steps[axis]);
}

/** The first bytes of the SHA-256 of what the piece holds. */
function checkOf({ generation, index, version, titles }: TitlePiece): Uint8Array {
  const writer = new ByteWriter();
  for (const value of [generation, index, version, titles.length]) writer.varint(value);
  for (const { hash, countLevel, steps } of titles) {
    writer.varint(hash);
    writer.u8(countLevel);
    writer.raw(new Uint8Array(steps.buffer, steps.byteOffset, steps.length));
  }
  return sha256(writer.toBytes()).subarray(0, CHECK_BYTES);
}
