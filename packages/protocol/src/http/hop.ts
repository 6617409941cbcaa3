import type { TransportRequest, TransportResponse } from './transport.js';

/** One request of those that a redirected one becomes. */
export interface Hop extends Pick<
  TransportRequest,
  'method' | 'path' | 'headers' | 'body' | 'maxResponseBytes' | 'isRepeatable'
> {
  readonly url: string;
}

export interface HopAnswer extends Omit<TransportResponse, 'redirectedTo'> {
  /** Of the hop. */
  readonly url: string;
}
