import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { HEADERS, PATHS, PREFER_MINIMAL } from '@omega-tv/protocol';
import { isSyncError } from '@omega-tv/types';
import type { Constellation } from '../constellation.js';
import { admit, callerOf, type AdmissionOptions } from './admission.js';
import { negotiate, prefersMinimal } from './negotiation.js';
import { uncached } from './problems.js';
import type { PushLoad } from './push-load.js';

const V1 = 'application/octet-stream';

interface PushRouteOptions extends AdmissionOptions {
  readonly load: PushLoad;
  /** @throws SyncError where the caller pushes too often. */
  readonly checkRate: (request: FastifyRequest) => Promise<void>;
}

/** Takes pushes: who and what is checked before the body is read, the load before it is decoded. */
export function addPushRoute(
  app: FastifyInstance,
  constellation: Constellation,
  { load, checkRate, ...admission }: PushRouteOptions,
): void {
  const { format, window } = constellation;
  const codebooks = window?.codecs.ids;
  app.post(
    PATHS.sync,
    {
      onRequest: async (request, reply) => {
        if (codebooks !== undefined) reply.header(HEADERS.acceptPost, `${FRAME_MEDIA_TYPE}, ${V1}`);
        await admit(request, formatOf(request), admission);
        await checkRate(request);
      },
    },
    async (request, reply) => {
      const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
      const caller = callerOf(request);
      if (negotiate(request.headers, codebooks) === 'v1') {
        const answer = await load.admit(() => constellation.sync(body, caller));
        return uncached(reply).type(format.mediaType).send(answer);
      }
      const minimal = prefersMinimal(request.headers);
      if (minimal) reply.header('Preference-Applied', PREFER_MINIMAL);
      const syncWindow = load.stretch(constellation.syncWindow);
      const answer = await load.admit(() =>
        constellation.syncFrame(body, { minimal, caller, syncWindow }),
      );
      return uncached(reply).type(FRAME_MEDIA_TYPE).send(answer);
    },
  );

  function formatOf({ headers }: FastifyRequest): ReturnType<typeof negotiate> {
    try {
      return negotiate(headers, codebooks);
    } catch (error) {
      if (isSyncError(error)) constellation.countRefused();
      throw error;
    }
  }
}
