import { CAPABILITIES, type Capability, type SyncDelta } from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';

const SERVER_EPOCH_BYTES = 8;

/** One bit each, the first of the list lowest. */
export function writeCapabilities(
  capabilities: readonly Capability[],
  serverEpoch?: string,
): Uint8Array {
  const writer = new ByteWriter();
  const bits = CAPABILITIES.map((one, i) => (capabilities.includes(one) ? 2 ** i : 0));
  writer.varint(bits.reduce((sum, bit) => sum + bit, 0));
  if (serverEpoch !== undefined) writer.hex('server epoch', serverEpoch, SERVER_EPOCH_BYTES);
  return writer.toBytes();
}

/** Those of a later release are left out, and so is whatever it may have put behind them. */
export function readCapabilities(payload: Uint8Array): readonly Capability[] {
  return readBits(new ByteReader(payload));
}

/** Those of a TV, and the server that it speaks to, where it says so. */
export function readDeltaCapabilities(
  payload: Uint8Array,
): Pick<SyncDelta, 'capabilities' | 'serverEpoch'> {
  const reader = new ByteReader(payload);
  const capabilities = readBits(reader);
  if (reader.left < SERVER_EPOCH_BYTES) return { capabilities };
  return { capabilities, serverEpoch: reader.hex(SERVER_EPOCH_BYTES) };
}

function readBits(reader: ByteReader): readonly Capability[] {
  const bits = reader.varint();
  return CAPABILITIES.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1);
}
