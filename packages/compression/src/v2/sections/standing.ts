import type { DeviceStanding } from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';

export function writeStanding({ position, serverTimeMs }: DeviceStanding): Uint8Array {
  const writer = new ByteWriter();
  writer.varint(serverTimeMs);
  if (position !== undefined) {
    writer.u32(position.deviceEpoch);
    writer.varint(position.seq);
  }
  return writer.toBytes();
}

export function readStanding(payload: Uint8Array): DeviceStanding {
  const reader = new ByteReader(payload);
  const serverTimeMs = reader.varint();
  if (reader.left === 0) return { serverTimeMs };
  const position = { deviceEpoch: reader.u32(), seq: reader.varint() };
  reader.finish('standing');
  return { position, serverTimeMs };
}
