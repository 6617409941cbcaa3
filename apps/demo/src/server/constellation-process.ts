import { Constellation, createServer, openLevelConstellationStore } from '@omega-tv/constellation';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import type { ServerCommand, ServerEvent, ServerSettings } from './messages.js';

/**
 * A Constellation in a process of its own, so that it can be killed for real. Its clock is the
 * demo's, told with each command.
 */
async function main(settings: ServerSettings): Promise<void> {
  let nowMs = settings.nowMs;
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory: settings.directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    clock: { nowMs: () => nowMs },
    federation: { minDevices: settings.minDevices },
  });
  const app = createServer(constellation);
  const url = await app.listen({ host: '127.0.0.1', port: settings.port });
  process.on('message', (command: ServerCommand) => {
    nowMs = command.nowMs;
    void constellation.publish().then(() => {
      tell({ kind: 'published', version: constellation.version });
    });
  });
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(() => constellation.close())
      .then(() => {
        process.disconnect();
      });
  });
  // The demo is gone, whatever ended it.
  process.once('disconnect', () => {
    process.exit();
  });
  // Ctrl-C reaches the whole group; the demo decides when its server ends.
  process.on('SIGINT', () => undefined);
  tell({ kind: 'ready', url });
}

function tell(event: ServerEvent): void {
  process.send?.(event);
}

await main(JSON.parse(process.argv[2] ?? '{}') as ServerSettings);
