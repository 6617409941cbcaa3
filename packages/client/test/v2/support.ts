import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { createV2Format } from '@omega-tv/compression';
import {
  Constellation,
  createInMemoryTransport,
  createMemoryConstellationStore,
  createServer,
  type ConstellationOptions,
  type ConstellationServer,
} from '@omega-tv/constellation';
import type { CohortKeys } from '@omega-tv/federation';
import type { Transport } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { onTestFinished } from '@omega-tv/test-support';
import type { SyncClient, SyncClientOptions } from '../../src/index.js';
import { clock, openClient } from '../support.js';

const codec = createMiniLmCodec();
const v1 = createNodeV1Format();
export const v2 = createV2Format({ codecs: [codec], random: createRandom('v2 client tests') });
const snapshots = { codecs: [codec] } as const;

export interface OpenedServer {
  readonly constellation: Constellation;
  readonly transport: Transport;
}

/** How a server in this process is reached. */
export type Carry = (server: ConstellationServer) => Transport | Promise<Transport>;

/** A server of frames in this process; `snapshots: undefined` makes it one of v1. */
export async function openServer(
  options: Partial<ConstellationOptions> & { v1Only?: boolean; carry?: Carry } = {},
): Promise<OpenedServer> {
  const { v1Only = false, carry = createInMemoryTransport, ...others } = options;
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: v1,
    clock,
    federation: { minDevices: 2 },
    ...(v1Only ? {} : { snapshots }),
    ...others,
  });
  const server = createServer(constellation);
  onTestFinished(async () => {
    await server.close();
    await constellation.close();
  });
  return { constellation, transport: await carry(server) };
}

/** A TV that speaks frames, and v1 where it must. */
export function openTv(
  transport: Transport,
  options: Partial<SyncClientOptions> = {},
): Promise<SyncClient> {
  return openClient(transport, {
    format: v2,
    fallback: v1,
    random: createRandom('epochs', options.deviceId ?? ''),
    ...options,
  });
}

/** A transport whose server a test replaces. */
export function switchable(first: Transport): Transport & { to(next: Transport): void } {
  let current = first;
  return {
    to: (next) => {
      current = next;
    },
    request: (request) => current.request(request),
  };
}

/** Keys that follow from a name: servers that are opened with the same have one epoch. */
export function keysOf(name: string): CohortKeys {
  let drawn = 0;
  return {
    drawKey: () => `${name} ${(drawn += 1)}`,
    tagDevice: (key, deviceId) => `${key}: ${deviceId}`,
  };
}
