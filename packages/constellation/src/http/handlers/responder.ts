import { FRAME_MEDIA_TYPE, V2_LIMITS } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import { isSyncError, SyncError, systemClock, type Clock, type SyncWindow } from '@omega-tv/types';
import { ANYBODY } from '../../auth/caller.js';
import type { ServedConstellation } from '../served.js';
import type { AdmissionOptions } from './admission.js';
import { DeviceRate } from './device-rate.js';
import { problemAnswer, serverFailed, tooLarge, type ProblemOptions } from './problem-answer.js';
import { PushLoad } from './push-load.js';
import { pushRoute } from './push.js';
import {
  allowedMethods,
  headerOf,
  type Answer,
  type IncomingRequest,
  type RequestHead,
  type Route,
} from './route.js';
import { snapshotRoute } from './snapshots.js';
import { statementRoutes } from './statements.js';

/** Pushes that wait at most, where the operator says nothing else. */
export const DEFAULT_PENDING_PUSHES = 2048;
const NOTHING = new Uint8Array();

export interface ResponderOptions extends AdmissionOptions {
  /** Pushes that wait for their turn or for the disk; further ones are answered 503. Default: 2,048. */
  readonly pendingPushes?: number;
  /** Pushes a minute of one device that showed a token. Default: no limit. */
  readonly perDevice?: number;
  /** For rates. Default: the machine's. */
  readonly clock?: Clock;
}

/**
 * All that a Constellation answers, as functions from request to answer: whatever carries requests is
 * an adapter on them.
 */
export class Responder {
  readonly routes: readonly Route[];
  readonly load: PushLoad;
  readonly #constellation: ServedConstellation;

  /** @throws SyncError `invalid-config` for a limit below 1. */
  constructor(constellation: ServedConstellation, options: ResponderOptions = {}) {
    const { window } = constellation;
    const { perDevice = Infinity, clock = systemClock } = options;
    this.#constellation = constellation;
    this.load = new PushLoad(options.pendingPushes ?? DEFAULT_PENDING_PUSHES);
    this.routes = [
      ...statementRoutes({
        versionNow: () => constellation.version,
        frames: window !== undefined,
        tokens: options.authenticator !== undefined,
      }),
      ...(window === undefined
        ? []
        : [snapshotRoute({ window, backWithin: () => this.#backWithin() })]),
      pushRoute(constellation, this.load, new DeviceRate(perDevice, clock), options),
    ];
  }

  /** Answers a request whose body is at hand; never rejects. */
  async respond(request: IncomingRequest): Promise<Answer> {
    const route = this.#find(request.path);
    if (route === undefined) return this.unknownRoute(request);
    return { ...(await this.#respondBy(route, request)), route: route.pattern };
  }

  async #respondBy(route: Route, request: IncomingRequest): Promise<Answer> {
    if (!allowedMethods(route).includes(request.method)) return this.otherMethod(route, request);
    try {
      const caller = (await route.admit?.(request)) ?? ANYBODY;
      const size = request.body?.length ?? 0;
      const limit = this.bodyLimitOf(request);
      if (size > limit) return this.refuseUnread(route, request, tooLarge(size, limit));
      const answer = await route.handle(request, caller);
      const body = request.method === 'HEAD' ? NOTHING : answer.body;
      return { ...answer, headers: { ...route.headers, ...answer.headers }, body };
    } catch (error) {
      return this.failed(route, request, isSyncError(error) ? error : serverFailed(error));
    }
  }

  /** What a route threw; and what was refused before it: then with its status. */
  failed(route: Route | undefined, head: RequestHead, error: SyncError, status?: number): Answer {
    const answer = problemAnswer(head, error, {
      ...this.#windowOf(route),
      ...(status === undefined ? {} : { status }),
    });
    return { ...answer, headers: { ...route?.headers, ...answer.headers } };
  }

  /** For deltas that the Constellation never saw: it counts those that it refuses itself. */
  refuseUnread(
    route: Route | undefined,
    head: RequestHead,
    error: SyncError,
    status?: number,
  ): Answer {
    if (route?.isPush === true) this.#constellation.countRefused();
    return this.failed(route, head, error, status);
  }

  /** Answers what no route takes. */
  unknownRoute(head: RequestHead): Answer {
    const { method, path } = head;
    const detail = `No route ${method} ${path}; GET ${PATHS.openApi} lists what there is`;
    return problemAnswer(head, new SyncError('protocol', detail, {}), { status: 404 });
  }

  /** Answers a method that a route does not take (RFC 9110 section 15.5.6). */
  otherMethod(route: Route, head: RequestHead): Answer {
    const allow = allowedMethods(route).join(', ');
    const detail = `${head.path.split('?')[0] ?? ''} does not take ${head.method}; it takes ${allow}`;
    const refused = problemAnswer(head, new SyncError('protocol', detail, {}), {
      ...this.#windowOf(route),
      status: 405,
    });
    return { ...refused, headers: { ...refused.headers, allow } };
  }

  /** Bytes; what is longer is not read. */
  bodyLimitOf(head: Pick<RequestHead, 'headers'>): number {
    const mediaType = headerOf(head, 'content-type')?.toLowerCase() ?? '';
    return mediaType.startsWith(FRAME_MEDIA_TYPE)
      ? V2_LIMITS.maxRequestBytes
      : this.#constellation.format.maxRequestBytes;
  }

  /** Problems of exchanges say when to come back: without it, those who failed retry as one. */
  #windowOf(route: Route | undefined): Pick<ProblemOptions, 'window'> {
    return route?.isExchange === true ? { window: this.#backWithin() } : {};
  }

  /** As answers say it: stretched under load. */
  #backWithin(): SyncWindow {
    return this.load.stretch(this.#constellation.syncWindow);
  }

  #find(path: string): Route | undefined {
    const segments = (path.split('?')[0] ?? '').split('/');
    return this.routes.find(({ pattern }) => fits(pattern.split('/'), segments));
  }
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  if (pattern.length !== segments.length) return false;
  return pattern.every((part, i) =>
    part.startsWith(':') ? segments[i] !== '' : part === segments[i],
  );
}
