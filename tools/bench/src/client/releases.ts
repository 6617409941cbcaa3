import * as client from '@omega-tv/client';
import * as clientNode from '@omega-tv/client/node';
import * as compressionNode from '@omega-tv/compression/node';
import * as constellation from '@omega-tv/constellation';
import * as last from '@omega-tv/last-release';
import type { PatternData } from '@omega-tv/types';

/** A TV with a store on the disk, as any release has it. */
export interface ReleasedTv {
  learn(...patterns: readonly PatternData[]): Promise<void>;
  sync(): Promise<{ readonly patternsReceived: number; readonly patternsPushed: number }>;
  close(): Promise<void>;
}

/** A server in this process that TVs of its release meet. */
export interface ReleasedServer {
  openTv(deviceId: string, directory: string): Promise<ReleasedTv>;
  publish(): Promise<void>;
  close(): Promise<void>;
}

type Parts = Pick<
  typeof constellation,
  'Constellation' | 'createServer' | 'createMemoryConstellationStore' | 'createInMemoryTransport'
> &
  Pick<typeof client, 'SyncClient'> &
  Pick<typeof clientNode, 'openLevelPatternStore'> &
  Pick<typeof compressionNode, 'createNodeV1Format' | 'createNodeV2Format' | 'createMiniLmCodec'>;

const now: Parts = { ...client, ...clientNode, ...compressionNode, ...constellation };
/** Another release has types of its own; what is called here was the same. */
const before = {
  ...last.client,
  ...last.clientNode,
  ...last.compressionNode,
  ...last.constellation,
} as unknown as Parts;

export const RELEASES: readonly (readonly [name: string, open: () => Promise<ReleasedServer>])[] = [
  ['last release', () => openServer(before)],
  ['now', () => openServer(now)],
];

async function openServer(parts: Parts): Promise<ReleasedServer> {
  const clock = { nowMs: () => Date.UTC(2026, 10, 1) };
  const served = await parts.Constellation.open({
    store: parts.createMemoryConstellationStore(),
    format: parts.createNodeV1Format(),
    snapshots: { codecs: [parts.createMiniLmCodec()] },
    clock,
    federation: { minDevices: 2 },
  });
  const server = parts.createServer(served);
  const transport = parts.createInMemoryTransport(server);
  return {
    openTv: async (deviceId, directory) => {
      const { store } = await parts.openLevelPatternStore({ directory, clock });
      const url = 'http://constellation.invalid';
      const format = parts.createNodeV2Format();
      const tv = await parts.SyncClient.create({ url, deviceId, format, transport, store, clock });
      return {
        learn: (...patterns) => store.skillStore(...patterns),
        sync: () => tv.syncStore(),
        close: () => store.close(),
      };
    },
    publish: async () => {
      await served.publish();
    },
    close: async () => {
      await server.close();
      await served.close();
    },
  };
}
