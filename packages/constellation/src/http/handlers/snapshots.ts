import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import { MAX_INTEGER, SyncError, type SyncWindow } from '@omega-tv/types';
import type { SnapshotWindow } from '../../publish/snapshot-window.js';
import { problemAnswer } from './problem-answer.js';
import { headerOf, type Answer, type RequestHead, type Route } from './route.js';

const FOR_EVER = 'public, max-age=31536000, immutable';
/** A version has one spelling: else a cache would keep it under several. */
const VERSION = /^(?:0|[1-9]\d{0,15})$/;
const NOTHING = new Uint8Array();

export interface SnapshotRouteOptions {
  readonly window: SnapshotWindow;
  /** When TVs may come back, as of now: problems say it. */
  readonly backWithin: () => SyncWindow;
}

/** Serves published versions: the same bytes for ever, so that any cache may keep them. */
export function snapshotRoute({ window, backWithin }: SnapshotRouteOptions): Route {
  return {
    pattern: `${PATHS.snapshots}/:stream/:version`,
    method: 'GET',
    isExchange: true,
    handle: (request) =>
      answerSnapshot(window, request, ({ status, path, message }) => {
        const refusal = new SyncError('protocol', message, { path });
        return problemAnswer(request, refusal, { status, window: backWithin() });
      }),
  };
}

interface Refusal {
  readonly status: 400 | 404;
  readonly path: 'version' | 'base';
  readonly message: string;
}

function answerSnapshot(
  window: SnapshotWindow,
  request: RequestHead,
  refuse: (refusal: Refusal) => Answer,
): Answer {
  const { stream, version, bases } = readPath(request.path);
  const [base] = bases;
  if (!isVersion(version)) {
    return refuse({ status: 400, path: 'version', message: 'version is no version' });
  }
  if (bases.length > 1 || !(base === undefined || isVersion(base))) {
    return refuse({ status: 400, path: 'base', message: 'base is no version' });
  }
  const snapshot = window.findVersion(stream, Number(version));
  if (snapshot === undefined) {
    const message = `Version ${version} of ${stream} is not kept here; sync to get the newest`;
    return refuse({ status: 404, path: 'version', message });
  }
  const from = base === undefined ? undefined : window.findVersion(stream, Number(base));
  // A diff depends on the content of its base, so both hashes name it.
  const tag = from === undefined ? snapshot.hash : `${snapshot.hash}-${from.hash}`;
  const etag = `"${tag}"`;
  const headers = { etag, 'cache-control': FOR_EVER };
  if (isKnown(etag, headerOf(request, 'if-none-match'))) {
    return { status: 304, headers, body: NOTHING };
  }
  const body = window.frameOf(snapshot, from);
  return { status: 200, headers: { ...headers, 'content-type': FRAME_MEDIA_TYPE }, body };
}

/** A path that the route's pattern fits, with its query. */
function readPath(path: string) {
  const [where = '', query = ''] = path.split('?', 2);
  const [version = '', stream = ''] = where.split('/').reverse().map(decoded);
  return { stream, version, bases: new URLSearchParams(query).getAll('base') };
}

/** What is wrongly encoded names nothing that there is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function isVersion(value: string): boolean {
  return VERSION.test(value) && Number(value) <= MAX_INTEGER;
}

/** Weak comparison (RFC 9110 section 13.1.2): a cache that recoded the body marks its tag as weak. */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const known = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
