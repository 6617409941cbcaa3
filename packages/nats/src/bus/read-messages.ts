import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import pRetry from 'p-retry';

/** Messages that are asked for before the first has come: 4 MB of the largest. */
const AHEAD = 8;
/** A message that does not come in time, on a slow line or from a node that is busy, is asked for again. */
const READ_AGAIN = { retries: 3, minTimeout: 100 };

/** Reads messages of a stream by their sequences, in that order; undefined where one is gone. */
export async function* readMessages(
  jsm: JetStreamManager,
  stream: string,
  sequences: Iterable<number>,
): AsyncIterable<StoredMsg | undefined> {
  const asked: Promise<StoredMsg | undefined>[] = [];
  for (const seq of sequences) {
    const message = pRetry(() => readMessage(jsm, stream, seq), READ_AGAIN);
    // Waited for below, in turn; a failure before that must not go unhandled.
    message.catch(() => undefined);
    asked.push(message);
    if (asked.length >= AHEAD) yield await asked.shift();
  }
  for (const message of asked) yield await message;
}

/** From any replica, and where that one lags behind, from the leader. */
export async function readMessage(
  jsm: JetStreamManager,
  stream: string,
  seq: number,
): Promise<StoredMsg | undefined> {
  const near = await jsm.direct.getMessage(stream, { seq });
  return near ?? (await jsm.streams.getMessage(stream, { seq })) ?? undefined;
}
