import { expect } from '@jest/globals';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { onTestFinished, temporaryFolder } from '@omega-tv/test-support';
import { isSyncError, type Clock } from '@omega-tv/types';
import { ClusterNode, type Bus } from '../src/index.js';

export const format = createNodeV1Format();
const codec = createMiniLmCodec();
export const LEASE_MS = 1000;

interface NodeOptions {
  readonly role?: 'edge' | 'owner';
  readonly clock?: Clock;
  /** As they are, where it is `any`. */
  readonly partitions?: number | 'any';
}

export async function openNode(bus: Bus, { partitions = 4, ...options }: NodeOptions = {}) {
  const node = await ClusterNode.open({
    ...{ bus, format, publishEveryMs: 50, ...options },
    ...(partitions === 'any' ? {} : { partitions }),
    snapshots: { codecs: [codec] },
    federation: { minDevices: 10 },
    scratch: await temporaryFolder(),
  });
  onTestFinished(() => node.close());
  return node;
}

/** Twelve samples of one pattern, all TVs alike. */
export async function bodyOf(deviceId: string, sampleCount = 12): Promise<Uint8Array> {
  const embedding = new Float32Array(384).fill(0.05);
  const pattern = { id: 'p', embedding, successRate: 0.9, sampleCount, genre: 'drama' };
  const timestamp = '2026-11-22T10:00:00Z';
  return (await format.encodeDelta({ deviceId, patterns: [pattern], version: 1, timestamp })).bytes;
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** As a TV does: what is answered 503 comes again. */
export async function push(
  node: ClusterNode,
  deviceId: string,
  sampleCount?: number,
): Promise<void> {
  for (;;) {
    try {
      await node.sync(await bodyOf(deviceId, sampleCount));
      return;
    } catch (error) {
      if (!isSyncError(error, 'http')) throw error;
      expect(error.details).toEqual({ reason: 'server-error', status: 503 });
      expect(error.retryAfterMs).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

export function samplesOf(nodes: readonly ClusterNode[]): number {
  return nodes.reduce((sum, node) => sum + node.report().samplesAccepted, 0);
}

export const devices = Array.from({ length: 24 }, (_, i) => `tv-${i}`);
