import type { FastifyInstance } from 'fastify';
import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { PATHS } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { frameBetween, type SnapshotWindow } from '../snapshots/snapshot-window.js';
import { sendProblem } from './problems.js';

interface SnapshotRequest {
  readonly Params: { readonly stream: string; readonly version: string };
  readonly Querystring: { readonly base?: string | string[] };
}

const FOR_EVER = 'public, max-age=31536000, immutable';
const VERSION = /^\d{1,15}$/;

/** Serves published versions: the same bytes for ever, so that any cache may keep them. */
export function addSnapshotRoutes(app: FastifyInstance, window: SnapshotWindow): void {
  app.get<SnapshotRequest>(`${PATHS.snapshots}/:stream/:version`, (request, reply) => {
    const { stream, version } = request.params;
    const { base } = request.query;
    if (!VERSION.test(version) || !(base === undefined || isVersion(base))) {
      const path = VERSION.test(version) ? 'base' : 'version';
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
    const known = request.headers['if-none-match']?.split(',').map((one) => one.trim());
    if (known?.includes(etag) === true || known?.includes('*') === true) {
      return reply.code(304).send();
    }
    return reply.type(FRAME_MEDIA_TYPE).send(frameBetween(snapshot, from));
  });
}

function isVersion(value: string | string[]): boolean {
  return typeof value === 'string' && VERSION.test(value);
}
