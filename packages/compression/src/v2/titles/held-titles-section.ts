import type { HeldPiece, HeldTitles } from '@omega-tv/types';
import { reading } from '../codecs.js';
import { flagField, type IntegerField } from '../fields/field.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { malformed, unwritable } from '../malformed.js';
import { PIECES } from './title-list.js';

const GENERATION: IntegerField = { name: 'generation', typicalBits: 3 };
const VERSION: IntegerField = { name: 'version', typicalBits: 7 };
const IS_HELD = flagField('held', 1, 2);
const SAME_VERSION = flagField('same version', 1, 2);

/** @throws SyncError `serialization` for pieces that are none, or not by rising index. */
export function writeHeldTitles({ generation, head, pieces }: HeldTitles): Uint8Array {
  const versions = new Map<number, number>();
  let last = -1;
  for (const { index, version } of pieces) {
    if (!Number.isInteger(index) || index <= last || index >= PIECES) {
      throw unwritable('heldTitles.pieces', `must rise from 0 to ${PIECES - 1}, but has ${index}`);
    }
    versions.set(index, version);
    last = index;
  }
  const writer = new FieldWriter();
  writer.integer(GENERATION, generation);
  writer.integer(VERSION, head);
  let before = head;
  for (let index = 0; index < PIECES; index += 1) {
    const version = versions.get(index);
    writer.flag(IS_HELD, version !== undefined);
    if (version === undefined) continue;
    writer.flag(SAME_VERSION, version === before);
    if (version !== before) writer.integer(VERSION, version);
    before = version;
  }
  return writer.finish();
}

/** @throws SyncError `compression` for what is no such section. */
export function readHeldTitles(payload: Uint8Array): HeldTitles {
  return reading(() => {
    const reader = new FieldReader(payload);
    const generation = reader.integer(GENERATION);
    const head = reader.integer(VERSION);
    const pieces: HeldPiece[] = [];
    let before = head;
    for (let index = 0; index < PIECES; index += 1) {
      if (!reader.flag(IS_HELD)) continue;
      if (!reader.flag(SAME_VERSION)) {
        const version = reader.integer(VERSION);
        if (version === before) throw malformed('version: spelled out, but the same');
        before = version;
      }
      pieces.push({ index, version: before });
    }
    reader.finish();
    return { generation, head, pieces };
  });
}
