import { deserialize, serialize } from 'node:v8';
import type { RecordCodec } from '@omega-tv/level';
import type { DeviceMarks } from '@omega-tv/federation';
import type { DeltaPosition } from '@omega-tv/types';
import type { DecidedDelta, DeviceRecord } from '../decision/device-record.js';

/** Which parts a record has, and two facts of the last delta. */
const Part = { last: 1, byPosition: 2, refused: 4, closed: 8, activity: 16, weight: 32, marks: 64 };
const DIGEST_BYTES = 8;
const FLOAT_BYTES = 8;
/** A number of 7 bits; those above have further bytes. */
const SEVEN_BITS = 0x80;

/**
 * A device in a few bytes, for there are millions: a byte of parts, then each as numbers of 7 bits a
 * byte, least first. Marks, which new TVs do not have, come last, as V8 clones them.
 */
export const deviceRecordCodec: RecordCodec<DeviceRecord> = {
  encode: ({ marks, last, closed, activity, weight }) => {
    const has = (part: number, isThere: boolean): number => (isThere ? part : 0);
    const bytes: number[] = [
      has(Part.last, last !== undefined) |
        has(Part.byPosition, last?.byPosition === true) |
        has(Part.refused, last?.outcome === 'refused') |
        has(Part.closed, closed !== undefined) |
        has(Part.activity, activity !== undefined) |
        has(Part.weight, weight !== undefined) |
        has(Part.marks, marks.size > 0),
    ];
    if (last !== undefined) {
      writeNumbers(bytes, last.deviceEpoch, last.seq);
      bytes.push(...Buffer.from(last.digest, 'hex'));
    }
    if (closed !== undefined) {
      writeNumbers(bytes, closed.length);
      for (const { deviceEpoch, seq } of closed) writeNumbers(bytes, deviceEpoch, seq);
    }
    if (activity !== undefined) {
      writeNumbers(bytes, activity.day, activity.completions, activity.step);
    }
    if (weight !== undefined) {
      const samples = Buffer.alloc(FLOAT_BYTES);
      samples.writeDoubleLE(weight.samples);
      bytes.push(...samples);
      writeNumbers(bytes, weight.step);
    }
    return Buffer.concat([Buffer.from(bytes), ...(marks.size > 0 ? [serialize(marks)] : [])]);
  },
  decode: (bytes) => {
    const reader = new Reader(Buffer.from(bytes));
    const parts = reader.byte();
    const last = (parts & Part.last) === 0 ? undefined : readLast(reader, parts);
    const closed = (parts & Part.closed) === 0 ? undefined : readClosed(reader);
    const activity =
      (parts & Part.activity) === 0
        ? undefined
        : { day: reader.number(), completions: reader.number(), step: reader.number() };
    const weight =
      (parts & Part.weight) === 0 ? undefined : { samples: reader.float(), step: reader.number() };
    const rest = reader.rest();
    const marks = (parts & Part.marks) === 0 ? new Map() : (deserialize(rest) as DeviceMarks);
    return {
      marks,
      ...(last === undefined ? {} : { last }),
      ...(closed === undefined ? {} : { closed }),
      ...(activity === undefined ? {} : { activity }),
      ...(weight === undefined ? {} : { weight }),
    };
  },
};

function readLast(reader: Reader, parts: number): DecidedDelta {
  return {
    deviceEpoch: reader.number(),
    seq: reader.number(),
    digest: reader.take(DIGEST_BYTES).toString('hex'),
    ...((parts & Part.refused) === 0 ? {} : { outcome: 'refused' }),
    ...((parts & Part.byPosition) === 0 ? {} : { byPosition: true }),
  };
}

function readClosed(reader: Reader): readonly DeltaPosition[] {
  return Array.from({ length: reader.number() }, () => ({
    deviceEpoch: reader.number(),
    seq: reader.number(),
  }));
}

function writeNumbers(bytes: number[], ...values: readonly number[]): void {
  for (const value of values) {
    let left = value;
    for (; left >= SEVEN_BITS; left = Math.floor(left / SEVEN_BITS)) {
      bytes.push((left % SEVEN_BITS) + SEVEN_BITS);
    }
    bytes.push(left);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  number(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte % SEVEN_BITS) * scale;
      if (byte < SEVEN_BITS) return value;
      scale *= SEVEN_BITS;
    }
  }

  float(): number {
    return this.take(FLOAT_BYTES).readDoubleLE();
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('a device record is cut off');
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  rest(): Buffer {
    return this.#bytes.subarray(this.#at);
  }
}
