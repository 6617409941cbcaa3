import type { MsgHdrs } from '@nats-io/nats-core';
import type { Bus } from '../bus/bus.js';
import { readAnswer } from './push-message.js';
import { unavailable } from './unavailable.js';

/** An owner that does not answer for so long is taken for gone. */
const ANSWER_TIMEOUT_MS = 5000;

/** Asks a node for something that it does as an owner. @throws SyncError what the owner threw. */
export async function askNode(
  { connection, names }: Pick<Bus, 'connection' | 'names'>,
  node: string,
  headers: MsgHdrs,
  body?: Uint8Array,
): Promise<Uint8Array> {
  const answer = await connection
    .request(names.pushSubject(node), body, { timeout: ANSWER_TIMEOUT_MS, headers })
    .catch((cause: unknown) => {
      throw unavailable('The owner of the partition does not answer', cause);
    });
  return readAnswer(answer);
}
