import type { Driver } from '../connection/driver.js';
import { Collector } from '../wire/collector.js';
import {
  announcedBody,
  decodeRequest,
  REQUEST_HEAD_BYTES,
  type QuicRequest,
} from '../wire/request.js';

/** What became of a request while it arrived. */
export type Arrival =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'complete'; readonly request: QuicRequest }
  | { readonly kind: 'refused'; readonly error: unknown };

/** A request that arrives on a stream. */
export class OpenRequest {
  readonly streamId: number;
  /** Whether its first bytes came before the client had shown that it is there. */
  readonly isEarly: boolean;
  readonly #driver: Driver;
  readonly #collector: Collector;
  readonly #maxBodyBytes: number;

  constructor(driver: Driver, streamId: number, maxBodyBytes: number) {
    this.#driver = driver;
    this.streamId = streamId;
    this.isEarly = driver.connection.isInEarlyData();
    this.#maxBodyBytes = maxBodyBytes;
    this.#collector = new Collector({
      headBytes: REQUEST_HEAD_BYTES,
      announced: (head) => announcedBody(head, maxBodyBytes),
    });
  }

  /** Reads what there is. */
  advance(): Arrival {
    const arrived = this.#driver.read(this.streamId);
    if (arrived === undefined) return { kind: 'gone' };
    try {
      for (const chunk of arrived.chunks) this.#collector.add(chunk);
      if (!arrived.isEnd) return { kind: 'incomplete' };
      const request = decodeRequest(this.#collector.message(), this.#maxBodyBytes);
      return { kind: 'complete', request };
    } catch (error) {
      return { kind: 'refused', error };
    }
  }
}
