import { createSyncLoop } from '@omega-tv/client/web';
import type { SyncLoop } from '@omega-tv/client';
import { fromEvent } from 'rxjs';
import { readChoices } from './choices.js';
import { openParts } from './open-parts.js';
import { ScreenTv } from './screen-tv.js';

/** A TV at home takes 5 to 15 minutes; in front of a demo nobody waits so long. */
const INTERVAL_MS = { min: 60_000, max: 120_000 };

export interface StartedTv {
  readonly tv: ScreenTv;
  /** Not started yet. */
  readonly loop: SyncLoop;
}

/** @param onInUse called when another tab has this TV open; it waits until that one is gone. */
export async function startTv(onInUse: () => void): Promise<StartedTv> {
  const { isShared } = readChoices();
  const parts = await openParts(onInUse, isShared);
  const tv = await ScreenTv.open(parts, isShared);
  const { client } = tv;
  const loop = createSyncLoop({
    exchange: (signal) => client.syncStore({ signal }),
    intervalMs: INTERVAL_MS,
    networkUp$: fromEvent(window, 'online'),
    standing: () => client.standing(),
    waitMemory: client.waitMemory,
  });
  return { tv, loop };
}
