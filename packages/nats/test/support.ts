import { connect } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/nats-core';
import { onTestFinished, temporaryFolder } from '@omega-tv/test-support';
import { NatsNode } from '@omega-tv/test-support/nats';
import { openBus, type Bus, type BusOptions } from '../src/index.js';

/** A node of its own until the test ends. */
export async function startNats(): Promise<NatsNode> {
  const [node] = await NatsNode.prepare(await temporaryFolder());
  await node!.start();
  onTestFinished(() => node!.kill());
  return node!;
}

/** A connection until the test ends; it comes back when NATS does. */
export async function connectTo(...nodes: readonly NatsNode[]): Promise<NatsConnection> {
  const connection = await connect({
    servers: nodes.map(({ url }) => url),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    timeout: 1500,
  });
  onTestFinished(() => connection.close());
  return connection;
}

export async function openTestBus(
  nodes: readonly NatsNode[],
  options: Partial<BusOptions> = {},
): Promise<Bus> {
  return openBus({ connection: await connectTo(...nodes), ...options });
}
