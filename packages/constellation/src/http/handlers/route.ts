import type { TransportRequest, TransportResponse } from '@omega-tv/protocol';
import type { SyncError } from '@omega-tv/types';
import type { Caller } from '../../auth/caller.js';

/** What is known of a request before its body is read. */
export interface RequestHead extends Pick<TransportRequest, 'path'> {
  /** In capitals; servers are asked more than clients of this protocol send. */
  readonly method: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** A request as it came in, whoever carried it. */
export interface IncomingRequest extends RequestHead, Pick<TransportRequest, 'body'> {}

/** An answer for whoever carries it. */
export interface Answer extends TransportResponse {
  /** Why the request was refused, for who counts and logs; the body says it to the client. */
  readonly refusal?: SyncError;
  /** The pattern of the route that answered; absent where none took the request. */
  readonly route?: string;
}

/** One thing that a server is asked. */
export interface Route {
  /** `:name` stands for one segment of the path. */
  readonly pattern: string;
  /** GET is answered to HEAD too, without the body. */
  readonly method: 'GET' | 'POST';
  /** Of every answer, problems included. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True where refusals are counted as deltas. */
  readonly isPush?: boolean;
  /** True where a TV's sync asks: problems then say when to come back. */
  readonly isExchange?: boolean;
  /**
   * Runs before the body is read. Default: everybody is let in.
   * @throws SyncError where the request is not let in.
   */
  readonly admit?: (head: RequestHead) => Promise<Caller>;
  /** @throws SyncError why it is refused; answered as a problem. */
  readonly handle: (request: IncomingRequest, caller: Caller) => Answer | Promise<Answer>;
}

/** For `Allow` (RFC 9110 section 10.2.1). */
export function allowedMethods({ method }: Pick<Route, 'method'>): readonly string[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}

/** A header's value; of one that was sent more than once, all of them as one list. */
export function headerOf(
  { headers }: Pick<RequestHead, 'headers'>,
  name: string,
): string | undefined {
  const value = headers[name];
  return value === undefined || typeof value === 'string' ? value : value.join(',');
}
