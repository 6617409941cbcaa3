import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { HEADERS, PATHS, PREFER_MINIMAL } from '@omega-tv/protocol';
import { isSyncError } from '@omega-tv/types';
import type { Caller } from '../../auth/caller.js';
import type { ServedConstellation } from '../served.js';
import { admit, type AdmissionOptions } from './admission.js';
import type { DeviceRate } from './device-rate.js';
import { negotiate, prefersMinimal } from './negotiation.js';
import { UNCACHED } from './problem-answer.js';
import type { PushLoad } from './push-load.js';
import type { Answer, IncomingRequest, RequestHead, Route } from './route.js';

const V1 = 'application/octet-stream';
const NOTHING = new Uint8Array();

/** Takes pushes: who and what is checked before the body is read, the load before it is decoded. */
export function pushRoute(
  constellation: ServedConstellation,
  load: PushLoad,
  rate: DeviceRate,
  admission: AdmissionOptions,
): Route {
  const { format, window } = constellation;
  const codebooks = window?.codecs.ids;
  const v1Headers = { ...UNCACHED, 'content-type': format.mediaType };
  const frameHeaders = { ...UNCACHED, 'content-type': FRAME_MEDIA_TYPE };
  const minimalHeaders = { ...frameHeaders, 'preference-applied': PREFER_MINIMAL };
  return {
    pattern: PATHS.sync,
    method: 'POST',
    isPush: true,
    isExchange: true,
    ...(codebooks === undefined
      ? {}
      : { headers: { [HEADERS.acceptPost.toLowerCase()]: `${FRAME_MEDIA_TYPE}, ${V1}` } }),
    admit: async (head) => {
      const caller = await admit(head, formatOf(head), admission);
      if (caller.deviceId !== undefined) rate.take(caller.deviceId);
      return caller;
    },
    handle: async (request, caller): Promise<Answer> => {
      const { body = NOTHING } = request;
      if (negotiate(request, codebooks) === 'v1') {
        const answer = await load.admit(() => constellation.sync(body, caller));
        return { status: 200, headers: v1Headers, body: answer };
      }
      return answerFrame(request, body, caller);
    },
  };

  async function answerFrame(
    head: IncomingRequest,
    body: Uint8Array,
    caller: Caller,
  ): Promise<Answer> {
    const minimal = prefersMinimal(head);
    const syncWindow = load.stretch(constellation.syncWindow);
    const answer = await load.admit(() =>
      constellation.syncFrame(body, { minimal, caller, syncWindow }),
    );
    return { status: 200, headers: minimal ? minimalHeaders : frameHeaders, body: answer };
  }

  function formatOf(head: RequestHead): ReturnType<typeof negotiate> {
    try {
      return negotiate(head, codebooks);
    } catch (error) {
      // Where tokens are asked for, who has shown none counts nowhere.
      if (isSyncError(error) && admission.authenticator === undefined) constellation.countRefused();
      throw error;
    }
  }
}
