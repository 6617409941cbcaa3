import { deserialize, serialize } from 'node:v8';
import type { RecordCodec } from '@omega-tv/level';
import type { DeviceMarks } from '@omega-tv/federation';
import type { DeltaPosition } from '@omega-tv/types';
import type { DecidedDelta, DeviceRecord } from '../decision/device-record.js';
import { BytesReader, BytesWriter } from './short-numbers.js';

/** Which parts a record has, and two facts of the last delta. */
const Part = {
  ...{ last: 1, byPosition: 2, refused: 4, closed: 8 },
  ...{ activity: 16, weight: 32, marks: 64, day: 128 },
};
const DIGEST_BYTES = 8;

type StoredMarks = DeviceMarks | { readonly idle: DeviceMarks };

/**
 * A device in a few bytes, for there are millions: a byte of parts, then each as numbers of 7 bits a
 * byte, least first. Marks, which new TVs do not have, come last, as V8 clones them; idle ones by name.
 */
export const deviceRecordCodec: RecordCodec<DeviceRecord> = {
  encode: ({ marks, idleMarks, last, closed, activity, weight, day }) => {
    const has = (part: number, isThere: boolean): number => (isThere ? part : 0);
    const writer = new BytesWriter();
    writer.byte(
      has(Part.last, last !== undefined) |
        has(Part.byPosition, last?.byPosition === true) |
        has(Part.refused, last?.outcome === 'refused') |
        has(Part.closed, closed !== undefined) |
        has(Part.activity, activity !== undefined) |
        has(Part.weight, weight !== undefined) |
        has(Part.marks, marks.size > 0) |
        has(Part.day, day !== undefined),
    );
    if (last !== undefined) {
      writer.numbers(last.deviceEpoch, last.seq);
      writer.raw(Buffer.from(last.digest, 'hex'));
    }
    if (closed !== undefined) {
      writer.numbers(closed.length);
      for (const { deviceEpoch, seq } of closed) writer.numbers(deviceEpoch, seq);
    }
    if (activity !== undefined) {
      writer.numbers(activity.day, activity.completions, activity.step);
    }
    if (weight !== undefined) {
      writer.float(weight.samples);
      writer.numbers(weight.step);
    }
    if (day !== undefined) writer.numbers(day);
    if (marks.size > 0) writer.raw(serialize(idleMarks === true ? { idle: marks } : marks));
    return writer.finish();
  },
  decode: (bytes) => {
    const reader = new BytesReader(Buffer.from(bytes));
    const parts = reader.byte();
    const last = (parts & Part.last) === 0 ? undefined : readLast(reader, parts);
    const closed = (parts & Part.closed) === 0 ? undefined : readClosed(reader);
    const activity =
      (parts & Part.activity) === 0
        ? undefined
        : { day: reader.number(), completions: reader.number(), step: reader.number() };
    const weight =
      (parts & Part.weight) === 0 ? undefined : { samples: reader.float(), step: reader.number() };
    const day = (parts & Part.day) === 0 ? undefined : reader.number();
    const rest = reader.rest();
    const marked = (parts & Part.marks) === 0 ? new Map() : (deserialize(rest) as StoredMarks);
    return {
      ...('idle' in marked ? { marks: marked.idle, idleMarks: true } : { marks: marked }),
      ...(last === undefined ? {} : { last }),
      ...(closed === undefined ? {} : { closed }),
      ...(activity === undefined ? {} : { activity }),
      ...(weight === undefined ? {} : { weight }),
      ...(day === undefined ? {} : { day }),
    };
  },
};

function readLast(reader: BytesReader, parts: number): DecidedDelta {
  return {
    deviceEpoch: reader.number(),
    seq: reader.number(),
    digest: reader.take(DIGEST_BYTES).toString('hex'),
    ...((parts & Part.refused) === 0 ? {} : { outcome: 'refused' }),
    ...((parts & Part.byPosition) === 0 ? {} : { byPosition: true }),
  };
}

function readClosed(reader: BytesReader): readonly DeltaPosition[] {
  return Array.from({ length: reader.number() }, () => ({
    deviceEpoch: reader.number(),
    seq: reader.number(),
  }));
}
