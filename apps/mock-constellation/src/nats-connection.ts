import { CommandError, describeError } from '@omega-tv/command-line';
import type { NatsConnection } from '@nats-io/transport-node';

/** How long a request to NATS may take; a node that is frozen is left after two pings. */
const TIMEOUT_MS = 5000;
const PING_MS = 2000;

/** @param engine `nats://HOST:PORT`, several with commas. @throws CommandError where none answers. */
export async function connectToNats(engine: string): Promise<NatsConnection> {
  // Loaded here: one machine alone starts sooner without it.
  const { connect } = await import('@nats-io/transport-node');
  return connect({
    servers: engine.split(','),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    timeout: TIMEOUT_MS,
    pingInterval: PING_MS,
  }).catch((cause: unknown) => {
    throw new CommandError(`NATS at ${engine} cannot be used: ${describeError(cause)}`);
  });
}
