import { FACTORS, HISTORY_CLASSES, MAX_SCORINGS } from '@omega-tv/types';
import { flagField, type IntegerField } from '../fields/field.js';
import { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';
import { reading } from '../codecs.js';
import { MAX_STEPS, type TitleHead } from './title-list.js';

const GENERATION: IntegerField = { name: 'generation', typicalBits: 3 };
const VERSION: IntegerField = { name: 'version', typicalBits: 7 };
const TITLES: IntegerField = { name: 'titles', typicalBits: 11 };
const WEIGHT: IntegerField = { name: 'weight', typicalBits: 3 };
const HAS_MEANS = flagField('mean viewers', 1, 1);
const MEAN: IntegerField = { name: 'mean viewer', typicalBits: 2 };

/** The head of a list of titles, for all TVs alike. */
export function encodeHead(head: TitleHead): Uint8Array {
  const writer = new FieldWriter();
  writer.integer(GENERATION, head.generation);
  writer.integer(VERSION, head.version);
  writer.integer(TITLES, head.titles);
  writer.bytes('step', floatBytes(head.step));
  let before = 0;
  for (const exponent of head.weightExponents) {
    writer.signed(WEIGHT, exponent - before);
    before = exponent;
  }
  writer.choice('scoring', head.scoring, MAX_SCORINGS);
  writer.flag(HAS_MEANS, head.meanViewers.length > 0);
  for (const mean of head.meanViewers) {
    for (const value of mean) writer.signed(MEAN, value);
  }
  return writer.finish();
}

/** @throws SyncError `compression` for what is no head. */
export function decodeHead(bytes: Uint8Array): TitleHead {
  return reading(() => {
    const reader = new FieldReader(bytes);
    const generation = reader.integer(GENERATION);
    const version = reader.integer(VERSION);
    const titles = reader.integer(TITLES);
    const step = new DataView(reader.bytes('step', 4).buffer).getFloat32(0);
    if (!(step > 0 && step < Infinity)) throw malformed('step: is no number above 0');
    let exponent = 0;
    const weightExponents = new Int8Array(FACTORS).map(() => {
      exponent = within('weight', exponent + reader.signed(WEIGHT));
      return exponent;
    });
    const scoring = reader.choice('scoring', MAX_SCORINGS);
    const classes = reader.flag(HAS_MEANS) ? HISTORY_CLASSES : 0;
    const meanViewers = Array.from({ length: classes }, () =>
      new Int8Array(FACTORS).map(() => within('mean viewer', reader.signed(MEAN))),
    );
    reader.finish();
    return { generation, version, titles, step, weightExponents, scoring, meanViewers };
  });
}

function within(name: string, value: number): number {
  if (Math.abs(value) <= MAX_STEPS) return value;
  throw malformed(`${name}: ${value}, beyond ${MAX_STEPS}`);
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  return bytes;
}
