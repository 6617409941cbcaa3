import type { FastifyInstance } from 'fastify';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import { MAX_INTEGER, SyncError } from '@omega-tv/types';
import type { SnapshotWindow } from '../publish/snapshot-window.js';
import { refuseOtherMethods } from './other-methods.js';
import { sendProblem } from './problems.js';

interface SnapshotRequest {
  readonly Params: { readonly stream: string; readonly version: string };
  readonly Querystring: { readonly base?: string | string[] };
}

const FOR_EVER = 'public, max-age=31536000, immutable';
/** A version has one spelling: else a cache would keep it under several. */
const VERSION = /^(?:0|[1-9]\d{0,15})$/;
const ROUTE = `${PATHS.snapshots}/:stream/:version`;

/** Serves published versions: the same bytes for ever, so that any cache may keep them. */
export function addSnapshotRoutes(app: FastifyInstance, window: SnapshotWindow): void {
  refuseOtherMethods(app, ROUTE, ['GET', 'HEAD']);
  app.get<SnapshotRequest>(ROUTE, (request, reply) => {
    const { stream, version } = request.params;
    const { base } = request.query;
    if (!isVersion(version) || !(base === undefined || isVersion(base))) {
      const path = isVersion(version) ? 'base' : 'version';
      return sendProblem(reply, new SyncError('protocol', `${path} is no version`, { path }), 400);
    }
    const snapshot = window.findVersion(stream, Number(version));
    if (snapshot === undefined) {
      const detail = `Version ${version} of ${stream} is not kept here; sync to get the newest`;
      return sendProblem(reply, new SyncError('protocol', detail, { path: 'version' }), 404);
    }
    const from = base === undefined ? undefined : window.findVersion(stream, Number(base));
    // A diff depends on the content of its base, so both hashes name it.
    const tag = from === undefined ? snapshot.hash : `${snapshot.hash}-${from.hash}`;
    const etag = `"${tag}"`;
    reply.header('ETag', etag).header('Cache-Control', FOR_EVER);
    if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send();
    return reply.type(FRAME_MEDIA_TYPE).send(window.frameOf(snapshot, from));
  });
}

function isVersion(value: string | string[]): boolean {
  return typeof value === 'string' && VERSION.test(value) && Number(value) <= MAX_INTEGER;
}

/** Weak comparison (RFC 9110 section 13.1.2): a cache that recoded the body marks its tag as weak. */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const known = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
