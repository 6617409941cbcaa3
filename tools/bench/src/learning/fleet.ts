import type { TitleSpaces } from '@omega-tv/client';
import type { Codecs } from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import type { SyncDelta } from '@omega-tv/types';
import { Exchanges } from './exchanges.js';
import { LearningServer } from './learning-server.js';
import { LearningTv } from './learning-tv.js';
import { orderReports, type Report } from './reports.js';
import { PUBLISH_EVERY_MS, START_MS, type FleetSettings } from './settings.js';
import type { Split } from './trials.js';
import type { World } from './viewers.js';
import { Wire } from './wire.js';

export interface FleetRun {
  readonly server: LearningServer;
  readonly exchanges: Exchanges;
  readonly passes: number;
  /** Mean bytes of a delta's frame and of an answer's. */
  readonly upBytes: number;
  readonly downBytes: number;
}

export interface FleetContext {
  readonly codecs: Codecs;
  readonly spaces: TitleSpaces;
  readonly settings: FleetSettings;
  /** Hears of each publication. */
  readonly onPublished?: (publication: number, run: FleetRun) => void;
  /** Deltas of other devices, which reach the server after one of a learning viewer. */
  readonly intruders?: (after: SyncDelta, nowMs: number, run: FleetRun) => readonly SyncDelta[];
}

/**
 * Has the learning viewers of a split teach a server: every completion is one delta, every answer a
 * frame within its budget.
 */
export function runFleet(
  world: World,
  { learning, index: splitIndex }: Split,
  context: FleetContext,
): FleetRun {
  const { codecs, spaces, settings, onPublished = () => undefined, intruders } = context;
  const passes = settings.passesOf(learning.length);
  const server = new LearningServer({ minDevices: settings.minDevices, ...settings.server });
  const exchanges = new Exchanges(server, settings.answerBytes);
  const wire = new Wire(codecs, createRandom('rounding', splitIndex));
  const trying = createRandom('trying', splitIndex);
  const total = passes * learning.reduce((sum, likes) => sum + likes.length, 0);
  let [done, published, down] = [0, 0, 0];
  for (let pass = 0; pass < passes; pass += 1) {
    const tvs = learning.map(
      (_, viewer) => new LearningTv(`tv-${pass}-${viewer}`, spaces, () => trying.next()),
    );
    const watched = learning.map(() => 0);
    for (const report of orderReports(learning, settings.reportSpreadMs, splitIndex, pass)) {
      exchange(report, tvs, watched);
    }
  }
  return runSoFar();

  function exchange(
    { viewer, title, atMs }: Report,
    tvs: readonly LearningTv[],
    watched: number[],
  ): void {
    const tv = tvs[viewer];
    if (tv === undefined) return;
    const nowMs = START_MS + Math.floor((done / total) * settings.publications * PUBLISH_EVERY_MS);
    const likes = learning[viewer] ?? [];
    const from = watched[viewer] ?? 0;
    let to = from;
    while (to < likes.length && (likes[to]?.time ?? 0) * 1000 <= atMs) to += 1;
    watched[viewer] = to;
    tv.watch(likes.slice(from, to).map((like) => like.title));
    const delta = tv.report(title, world.titleIds[title] ?? '', new Date(nowMs).toISOString());
    const delivered = wire.deliver(delta);
    server.receive(delivered, nowMs);
    for (const other of intruders?.(delivered, nowMs, runSoFar()) ?? []) {
      server.receive(other, nowMs);
    }
    const exchanged = exchanges.exchange(tv.holdings);
    tv.holdings = exchanged.holdings;
    [done, down] = [done + 1, down + exchanged.bytes];
    if (done < (total * (published + 1)) / settings.publications) return;
    published += 1;
    server.publish(nowMs);
    onPublished(published, runSoFar());
  }

  function runSoFar(): FleetRun {
    const downBytes = down / Math.max(1, done);
    return { server, exchanges, passes, upBytes: wire.meanBytes, downBytes };
  }
}
