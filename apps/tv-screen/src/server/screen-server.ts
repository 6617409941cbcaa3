import { createServer, startPublishing } from '@omega-tv/constellation';
import { addHeldRoute } from './held-route.js';
import type { LearnedConstellation } from './learned-constellation.js';
import { addPageRoutes } from './page-routes.js';

export interface ScreenServer {
  readonly url: string;
  close(): Promise<void>;
}

/** How soon what TVs told is published. */
const PUBLISH_EVERY_MS = 15_000;

/** Serves the page and the Constellation under one origin of this machine. */
export async function serveScreen(
  learned: LearnedConstellation,
  port: number,
): Promise<ScreenServer> {
  const app = createServer(learned.constellation);
  await addPageRoutes(app);
  addHeldRoute(app, learned);
  const url = await app.listen({ host: '127.0.0.1', port });
  const publisher = startPublishing(learned.constellation, { everyMs: PUBLISH_EVERY_MS });
  return {
    url,
    close: async () => {
      await app.close();
      await publisher.stop();
    },
  };
}
