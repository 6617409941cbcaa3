import { PATHS, type Transport, type TransportResponse } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { emptyTally } from '../tally.js';

/** The way of all TVs to one server: it counts, caches published versions, and can be cut. */
export class CountingLine implements Transport {
  readonly tally = emptyTally();
  isDown = false;
  readonly #cached = new Map<string, Promise<TransportResponse>>();

  constructor(private readonly server: Transport) {}

  readonly request: Transport['request'] = async (request) => {
    if (this.isDown) {
      const details = { reason: 'refused' } as const;
      throw new SyncError('http', 'down', details, { retryable: true });
    }
    const { tally } = this;
    if (request.path.startsWith(PATHS.snapshots)) {
      tally.fetches += 1;
      const known = this.#cached.get(request.path);
      if (known !== undefined) return known;
      tally.originFetches += 1;
      const fetched = this.server.request(request);
      this.#cached.set(request.path, fetched);
      return fetched;
    }
    const response = await this.server.request(request);
    if (request.path === PATHS.version) tally.polls += 1;
    else tally.pushes += 1;
    tally.bytesUp += request.body?.length ?? 0;
    tally.bytesDown += response.body.length;
    return response;
  };
}
