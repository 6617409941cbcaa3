import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { DeviceRecord } from '../src/index.js';
import { deviceRecordCodec } from '../src/store/device-record-codec.js';

const positions = fc.record({
  deviceEpoch: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  seq: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
});
const digests = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('hex'));

const records: fc.Arbitrary<DeviceRecord> = fc
  .record(
    {
      marks: fc
        .array(fc.tuple(fc.string({ unit: 'binary' }), fc.nat()), { maxLength: 5 })
        .map((entries) => new Map(entries)),
      idleMarks: fc.constant(true as const),
      last: fc
        .tuple(positions, digests, fc.boolean(), fc.boolean())
        .map(([position, digest, isRefused, isPlaced]): NonNullable<DeviceRecord['last']> => ({
          ...position,
          digest,
          ...(isRefused ? { outcome: 'refused' } : {}),
          ...(isPlaced ? { byPosition: true } : {}),
        })),
      closed: fc.array(positions, { minLength: 1, maxLength: 8 }),
      activity: fc.record({ day: fc.nat(), completions: fc.nat(), step: fc.nat() }),
      weight: fc.record({ samples: fc.double({ min: 0, max: 100 }), step: fc.nat() }),
      day: fc.nat(),
    },
    { requiredKeys: ['marks'] },
  )
  // Who has no marks has no idle ones.
  .map(({ idleMarks, ...record }) =>
    idleMarks === undefined || record.marks.size === 0 ? record : { ...record, idleMarks },
  );

describe('the record of a device', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(records, (record) => {
        expect(deviceRecordCodec.decode(deviceRecordCodec.encode(record))).toEqual(record);
      }),
    );
  });

  it('takes 19 bytes where it has pushed no patterns (rule 10.6)', () => {
    const last = { deviceEpoch: 2 ** 32 - 1, seq: 100, digest: 'ab'.repeat(8), byPosition: true };
    const bytes = deviceRecordCodec.encode({
      marks: new Map(),
      last: { ...last, byPosition: true },
      day: 20_000,
    });
    expect(bytes.length).toBeLessThanOrEqual(19);
  });

  it('that is cut off is refused', () => {
    const last = { deviceEpoch: 7, seq: 1, digest: 'ab'.repeat(8) };
    const bytes = deviceRecordCodec.encode({ marks: new Map(), last });
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => deviceRecordCodec.decode(bytes.subarray(0, length))).toThrow();
    }
  });
});
