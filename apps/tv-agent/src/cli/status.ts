import { firstValueFrom } from 'rxjs';
import type { SyncLoop, SyncLoopStatus } from '@omega-tv/client';
import { plural } from '@omega-tv/command-line';
import type { FlashMeter } from '../operations/flash-meter.js';

/** What `status` says of a TV that runs. Times are Unix milliseconds. */
export interface TelevisionStatus extends SyncLoopStatus {
  readonly evenings: number;
  /** Viewings that are not on the disk yet: a power cut may take them. */
  readonly viewingsInMemory: number;
  readonly flash: { readonly writtenBytes: number; readonly lastDayBytes: number };
}

export async function televisionStatus(
  loop: SyncLoop,
  flash: FlashMeter,
  counts: Pick<TelevisionStatus, 'evenings' | 'viewingsInMemory'>,
): Promise<TelevisionStatus> {
  const status = await firstValueFrom(loop.status$);
  const { totalBytes: writtenBytes, lastDayBytes } = flash;
  return { ...status, ...counts, flash: { writtenBytes, lastDayBytes } };
}

/** For people. */
export function describeStatus(status: TelevisionStatus, nowMs: number): string {
  const { state, sinceMs, why, nextAttemptAtMs, standing, lastSuccess, lastError, flash } = status;
  const lines = [`${state} for ${duration(nowMs - sinceMs)}: ${why}`];
  if (nextAttemptAtMs !== undefined) {
    lines.push(`next exchange: in ${duration(nextAttemptAtMs - nowMs)}`);
  }
  if (standing !== undefined) {
    const { outbox, waitingSamples, waitingTitles, deadLetters } = standing;
    const { pushes, bytes, oldestBegunAtMs } = outbox;
    const age =
      oldestBegunAtMs === undefined ? '' : `, the oldest for ${duration(nowMs - oldestBegunAtMs)}`;
    lines.push(
      `speaks v${standing.protocolVersion}, holds version ${standing.version}`,
      `waiting: ${plural(waitingSamples, 'sample')}, ${plural(waitingTitles, 'completed title')}; ` +
        `on their way: ${plural(pushes, 'push', 'pushes')} (${bytes} B${age})`,
    );
    for (const { reason } of deadLetters) lines.push(`refused for good: ${reason}`);
  }
  if (lastSuccess !== undefined) {
    lines.push(`last success: ${duration(nowMs - lastSuccess.atMs)} ago`);
  }
  if (lastError !== undefined) {
    lines.push(`last error: ${duration(nowMs - lastError.atMs)} ago: ${lastError.message}`);
  }
  lines.push(
    `flash: ${flash.writtenBytes} B written since it started, ${flash.lastDayBytes} B within a day`,
  );
  return lines.join('\n');
}

/** In the unit that says most. */
function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 2 * 3600) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}
