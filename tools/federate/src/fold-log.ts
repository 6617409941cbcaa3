import { createHmac } from 'node:crypto';
import { CommandError, describeError } from '@omega-tv/command-line';
import {
  advanceTime,
  applyMarks,
  contribute,
  contributionsFromDelta,
  emptyFederation,
  publish,
  weighDevice,
  type CohortKeys,
  type DeviceMarks,
  type DeviceWeight,
  type FederationConfig,
  type FederationState,
} from '@omega-tv/federation';
import {
  MAX_INTEGER,
  syncDeltaFromWire,
  type GlobalPatterns,
  type SyncDelta,
} from '@omega-tv/types';

export interface FoldResult {
  readonly globals: GlobalPatterns;
  readonly devices: number;
  readonly deltas: number;
  readonly samples: number;
}

/** A line of the log that is no delta, or one that a server would refuse. */
export class LogLineError extends CommandError {
  constructor(line: number, cause: unknown) {
    super(`line ${line}: ${describeError(cause)}; mend it or leave it out`, { cause });
  }
}

/**
 * Folds deltas (wire JSON, one a line, blank lines skipped) in their order and publishes once, at
 * the latest timestamp. A delta's timestamp is its receive time, trusted however far it lies from
 * the one before; one that lies before an earlier line's counts as that.
 * @throws LogLineError at the first line that cannot be applied; the reason of `signal`.
 */
export async function foldLog(
  lines: AsyncIterable<string>,
  options: FederationConfig,
  signal?: AbortSignal,
): Promise<FoldResult> {
  const config = { ...options, maxClockStepMs: MAX_INTEGER };
  const keys = createOfflineKeys();
  const known = new Map<string, KnownDevice>();
  let state = emptyFederation();
  let [line, deltas, latestMs] = [0, 0, 0];
  for await (const text of lines) {
    signal?.throwIfAborted();
    line += 1;
    if (text.trim() === '') continue;
    try {
      const delta = syncDeltaFromWire(JSON.parse(text));
      const receivedAtMs = Date.parse(delta.timestamp);
      state = applyDelta(state, known, delta, receivedAtMs, keys, config);
      latestMs = Math.max(latestMs, receivedAtMs);
      deltas += 1;
    } catch (error) {
      throw new LogLineError(line, error);
    }
  }
  signal?.throwIfAborted();
  const { globals } = publish(state, latestMs, config);
  const nothing = { ...state.published, timestamp: new Date(latestMs).toISOString() };
  const { samples } = state.counters;
  return { globals: globals ?? nothing, devices: known.size, deltas, samples };
}

/** What is remembered of a device between its deltas. */
interface KnownDevice {
  readonly marks: DeviceMarks;
  readonly weight: DeviceWeight;
}

function applyDelta(
  state: FederationState,
  devices: Map<string, KnownDevice>,
  delta: SyncDelta,
  receivedAtMs: number,
  keys: CohortKeys,
  config: FederationConfig,
): FederationState {
  const known = devices.get(delta.deviceId);
  const { marks, increments } = applyMarks(known?.marks ?? new Map(), delta.patterns);
  const { latestMs } = advanceTime(state.counters, receivedAtMs, config);
  const { weight, learned } = weighDevice(known?.weight, increments, latestMs, config);
  devices.set(delta.deviceId, { marks, weight });
  const contributions = contributionsFromDelta(delta, increments, receivedAtMs, { learned });
  return contribute(state, contributions, keys, config).state;
}

/** Counted keys: the log names its devices anyway, so there is nothing to hide from its reader. */
function createOfflineKeys(): CohortKeys {
  let drawn = 0;
  return {
    drawKey: () => String((drawn += 1)),
    tagDevice: (key, deviceId) => createHmac('sha256', key).update(deviceId).digest('base64'),
  };
}
