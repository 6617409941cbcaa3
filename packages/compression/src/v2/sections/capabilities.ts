import { CAPABILITIES, type Capability } from '@omega-tv/types';
import { ByteReader, ByteWriter } from '../bytes.js';

/** One bit each, the first of the list lowest. */
export function writeCapabilities(capabilities: readonly Capability[]): Uint8Array {
  const writer = new ByteWriter();
  const bits = CAPABILITIES.map((one, i) => (capabilities.includes(one) ? 2 ** i : 0));
  writer.varint(bits.reduce((sum, bit) => sum + bit, 0));
  return writer.toBytes();
}

/** Those of a later release are left out, and so is whatever it may have put behind them. */
export function readCapabilities(payload: Uint8Array): readonly Capability[] {
  const bits = new ByteReader(payload).varint();
  return CAPABILITIES.filter((_, i) => Math.floor(bits / 2 ** i) % 2 === 1);
}
