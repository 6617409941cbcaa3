import type { SyncLoop } from '@omega-tv/client';
import type { Control, WatchRequest } from '../operations/control-server.js';
import type { FlashMeter } from '../operations/flash-meter.js';
import type { TvMetrics } from '../operations/tv-metrics.js';
import type { Television } from '../tv/television.js';
import type { ViewingJournal } from '../tv/viewing-journal.js';
import { reportTelevision } from './report.js';
import { televisionStatus } from './status.js';
import { toViewing } from './watch.js';

interface RunningTelevision {
  readonly television: Television;
  readonly loop: SyncLoop;
  readonly flash: FlashMeter;
  readonly metrics: TvMetrics;
  readonly journal: ViewingJournal;
  /** Within how many milliseconds a viewing is durable. */
  readonly windowMs: number;
}

/** What a running TV answers. */
export function controlOf(running: RunningTelevision): Control {
  const { television, loop, flash, metrics, journal, windowMs } = running;
  return {
    status: () =>
      televisionStatus(loop, flash, {
        evenings: television.evenings,
        viewingsInMemory: journal.waiting,
      }),
    report: () => reportTelevision(television),
    metrics: async () => ({ contentType: metrics.contentType, text: await metrics.print() }),
    watch: (request: WatchRequest) => {
      journal.note(toViewing(television, request));
      return Promise.resolve({ durableWithinMs: windowMs });
    },
  };
}
