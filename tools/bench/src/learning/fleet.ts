import { encodeDeltaFrame, type Codecs } from '@omega-tv/compression';
import { createRandom } from '@omega-tv/seeded-random';
import { Exchanges } from './exchanges.js';
import { LearningServer } from './learning-server.js';
import { LearningTv } from './learning-tv.js';
import { orderReports } from './reports.js';
import { PUBLISH_EVERY_MS, START_MS, type FleetSettings } from './settings.js';
import type { TitleSpaces } from './title-space.js';
import type { Split } from './trials.js';
import type { World } from './viewers.js';

const MAX_DELTA_BYTES = 512;

export interface FleetRun {
  readonly server: LearningServer;
  readonly exchanges: Exchanges;
  readonly passes: number;
  /** Mean bytes of a delta's frame and of an answer's. */
  readonly upBytes: number;
  readonly downBytes: number;
}

/**
 * Has the learning viewers of a split teach a server: every completion is one delta in a frame of
 * its own, every answer a frame within its budget.
 * @param onPublished hears of each publication.
 */
export function runFleet(
  world: World,
  { learning, index: splitIndex }: Split,
  { codecs, spaces, settings }: { codecs: Codecs; spaces: TitleSpaces; settings: FleetSettings },
  onPublished: (publication: number, run: FleetRun) => void = () => undefined,
): FleetRun {
  const passes = settings.passesOf(learning.length);
  const server = new LearningServer(codecs, settings.minDevices);
  const exchanges = new Exchanges(server, settings.answerBytes);
  const random = createRandom('rounding', splitIndex);
  const total = passes * learning.reduce((sum, likes) => sum + likes.length, 0);
  let [done, published, up, down] = [0, 0, 0, 0];
  for (let pass = 0; pass < passes; pass += 1) {
    const tvs = learning.map((_, viewer) => new LearningTv(`tv-${pass}-${viewer}`, spaces));
    const watched = learning.map(() => 0);
    for (const report of orderReports(learning, settings.reportSpreadMs, splitIndex, pass)) {
      exchange(report);
    }

    function exchange({ viewer, title, atMs }: ReturnType<typeof orderReports>[number]): void {
      const tv = tvs[viewer];
      if (tv === undefined) return;
      const nowMs =
        START_MS + Math.floor((done / total) * settings.publications * PUBLISH_EVERY_MS);
      const likes = learning[viewer] ?? [];
      const from = watched[viewer] ?? 0;
      let to = from;
      while (to < likes.length && (likes[to]?.time ?? 0) * 1000 <= atMs) to += 1;
      watched[viewer] = to;
      tv.watch(likes.slice(from, to).map((like) => like.title));
      const delta = tv.report(title, world.titleIds[title] ?? '', new Date(nowMs).toISOString());
      const { bytes } = encodeDeltaFrame(codecs.first, delta, {
        rate: { budgetBytes: MAX_DELTA_BYTES },
        random,
      });
      server.receive(bytes, nowMs);
      const exchanged = exchanges.exchange(tv.holdings);
      tv.holdings = exchanged.holdings;
      [done, up, down] = [done + 1, up + bytes.length, down + exchanged.bytes];
      if (done < (total * (published + 1)) / settings.publications) return;
      published += 1;
      server.publish(nowMs);
      onPublished(published, runSoFar());
    }
  }
  return runSoFar();

  function runSoFar(): FleetRun {
    return { server, exchanges, passes, upBytes: up / done, downBytes: down / done };
  }
}
