import { advanceTime } from '@omega-tv/federation';
import type { DeviceRecord } from '../decision/device-record.js';
import type { ExpiredEntry } from './log-entry.js';
import type { ChangedRecords } from './pending-changes.js';
import { settingsOf, type ServerState } from './server-state.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The day of fold time, since 1970, that a clock's reading belongs to: no clock that jumps skips days. */
export function dayAt(state: ServerState, nowMs: number): number {
  const { federation: config } = settingsOf(state);
  return Math.floor(advanceTime(state.federation.counters, nowMs, config).latestMs / DAY_MS);
}

/**
 * Whether a record may go, or has to learn what day it is. One with marks stays, unless they are idle: what
 * they count would be learned a second time without them.
 */
export function isDue({ day, marks, idleMarks }: DeviceRecord, beforeDay: number): boolean {
  return day === undefined || (day < beforeDay && (marks.size === 0 || idleMarks === true));
}

/** Forgets devices that pushed last before a day; who has no day yet gets today's. */
export async function expireDevices(
  state: ServerState,
  { deviceIds, beforeDay, today }: ExpiredEntry,
  deviceOf: (key: string) => Promise<DeviceRecord | undefined>,
): Promise<{ readonly state: ServerState; readonly changed: ChangedRecords }> {
  const devices = new Map<string, DeviceRecord | undefined>();
  let gone = 0;
  for (const id of deviceIds) {
    const record = await deviceOf(id);
    if (record === undefined || !isDue(record, beforeDay)) continue;
    const isExpired = record.day !== undefined;
    devices.set(id, isExpired ? undefined : { ...record, day: today });
    gone += Number(isExpired);
  }
  const { counters } = state;
  const left = Math.max(0, counters.devices - gone);
  return { state: { ...state, counters: { ...counters, devices: left } }, changed: { devices } };
}
