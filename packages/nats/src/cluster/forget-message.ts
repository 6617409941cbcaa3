import { headers, type Msg, type MsgHdrs } from '@nats-io/nats-core';
import { SyncError } from '@omega-tv/types';

const HEAD = 'Omega-Forget';

/** A device that the owner of a partition is to forget. */
export interface ForgetHead {
  readonly partition: string;
  readonly deviceId: string;
}

export function toForgetHeaders(head: ForgetHead): MsgHdrs {
  const said = headers();
  said.set(HEAD, JSON.stringify(head));
  return said;
}

/**
 * Undefined for a message that asks for something else.
 * @throws SyncError `serialization` for one that no operator has sent.
 */
export function readForgetHead({ headers: said }: Pick<Msg, 'headers'>): ForgetHead | undefined {
  const text = said?.get(HEAD) ?? '';
  if (text === '') return undefined;
  try {
    const head = JSON.parse(text) as ForgetHead;
    if (typeof head.partition === 'string' && typeof head.deviceId === 'string') return head;
  } catch {
    // Said below.
  }
  throw new SyncError('serialization', 'The message names no device', { path: HEAD });
}

/** How many records there were. */
export function toForgotten(records: number): string {
  return JSON.stringify({ records });
}

export function readForgotten(answer: Uint8Array): number {
  return (JSON.parse(Buffer.from(answer).toString()) as { readonly records: number }).records;
}
