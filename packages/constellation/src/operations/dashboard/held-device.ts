import type { Constellation } from '../../constellation.js';
import type { DeviceRecord } from '../../decision/device-record.js';

/**
 * What a server holds about a device, as its operator sees it. Ids of patterns are its TV's own and may
 * say a title, so that they are only counted.
 */
export interface HeldDevice {
  /** One for each key that the device may be kept under; none where it is not known. */
  readonly records: readonly HeldRecord[];
}

interface HeldRecord extends Omit<DeviceRecord, 'marks'> {
  readonly marks: { readonly patterns: number; readonly samples: number };
}

export async function readHeldDevice(
  constellation: Pick<Constellation, 'recordsOf'>,
  deviceId: string,
): Promise<HeldDevice> {
  const records = await constellation.recordsOf(deviceId);
  return { records: records.map(toHeld) };
}

function toHeld({ marks, ...record }: DeviceRecord): HeldRecord {
  let samples = 0;
  for (const count of marks.values()) samples += count;
  return { ...record, marks: { patterns: marks.size, samples } };
}
