import { headers, type Msg, type MsgHdrs } from '@nats-io/nats-core';
import type { Caller, FrameOptions } from '@omega-tv/constellation';
import { SyncError, type SyncErrorCode } from '@omega-tv/types';

const HEAD = 'Omega-Push';
const REFUSED = 'Omega-Refused';

/** A push on its way from the node that took it to the owner of its partition. */
export interface PushHead {
  readonly partition: string;
  readonly protocol: 'v1' | 'v2';
  readonly caller: Caller;
  /** Of v2. */
  readonly options?: Pick<FrameOptions, 'minimal' | 'syncWindow'>;
}

/** A refusal, as it crosses the bus. */
interface Refusal {
  readonly code: SyncErrorCode;
  readonly message: string;
  readonly details: object;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
}

export function toPushHeaders(head: PushHead): MsgHdrs {
  const said = headers();
  said.set(HEAD, JSON.stringify(head));
  return said;
}

/** @throws SyncError `serialization` for a message that no node has sent. */
export function readPushHead({ headers: said }: Pick<Msg, 'headers'>): PushHead {
  try {
    const head = JSON.parse(said?.get(HEAD) ?? '') as PushHead;
    if (typeof head.partition === 'string' && typeof head.caller.contributes === 'boolean') {
      return head;
    }
  } catch {
    // Said below.
  }
  throw new SyncError('serialization', 'The message is no push of a node', { path: HEAD });
}

export function respondRefused(message: Msg, error: SyncError): void {
  const said = headers();
  said.set(REFUSED, error.code);
  const { code, details, retryable, retryAfterMs } = error;
  const refusal: Refusal = {
    ...{ code, message: error.message, details, retryable },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  message.respond(JSON.stringify(refusal), { headers: said });
}

/** The answer of the owner. @throws SyncError what the owner threw. */
export function readAnswer(message: Msg): Uint8Array {
  if ((message.headers?.get(REFUSED) ?? '') === '') return message.data;
  const { code, message: text, details, retryable, retryAfterMs } = message.json<Refusal>();
  throw new SyncError(code, text, details, {
    retryable,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}
