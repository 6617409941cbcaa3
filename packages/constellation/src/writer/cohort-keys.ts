import type { CohortKeys } from '@omega-tv/federation';

/** Keys that are drawn, and remembered in their order. */
export function recordingKeys(keys: CohortKeys): CohortKeys & { readonly drawn: string[] } {
  const drawn: string[] = [];
  return {
    drawn,
    drawKey: () => {
      const key = keys.drawKey();
      drawn.push(key);
      return key;
    },
    tagDevice: (key, deviceId) => keys.tagDevice(key, deviceId),
  };
}

/** Keys as they were drawn before. */
export function replayedKeys(keys: CohortKeys, drawn: readonly string[]): CohortKeys {
  const left = [...drawn];
  return {
    drawKey: () => {
      const key = left.shift();
      if (key === undefined) throw new Error('The log holds fewer keys than its replay draws');
      return key;
    },
    tagDevice: (key, deviceId) => keys.tagDevice(key, deviceId),
  };
}
