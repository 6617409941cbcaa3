import { FRAME_MEDIA_TYPE } from '@omega-tv/compression';
import { PREFER_MINIMAL } from '@omega-tv/protocol';
import { SyncError } from '@omega-tv/types';
import { headerOf, type RequestHead } from './route.js';

/** What Content-Type and Accept ask for. */
export type Format = 'v1' | 'frame';

const V1_MEDIA_TYPE = 'application/octet-stream';

/**
 * Which format a delta is in; its answer is in the same.
 * @param codebooks that the server publishes with, as frames name them.
 * @throws SyncError `protocol` for a media type that this server does not read, and for a client
 * that has none of its codebooks.
 */
export function negotiate(
  head: Pick<RequestHead, 'headers'>,
  codebooks: readonly string[] | undefined,
): Format {
  const contentType = headerOf(head, 'content-type');
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === undefined || mediaType === V1_MEDIA_TYPE) return 'v1';
  if (mediaType !== FRAME_MEDIA_TYPE || codebooks === undefined) {
    const known =
      codebooks === undefined ? V1_MEDIA_TYPE : `${V1_MEDIA_TYPE} or ${FRAME_MEDIA_TYPE}`;
    throw refused('content-type', `Content-Type is ${mediaType}; expected ${known}`);
  }
  const encoding = headerOf(head, 'content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw refused(
      'content-encoding',
      `Content-Encoding is ${encoding}; frames are sent as they are`,
    );
  }
  const version = parameterOf(contentType, VERSION);
  if (version !== undefined && version !== '2') {
    throw refused('content-type', `Frames of version ${version} are not read; expected version 2`);
  }
  const theirs = parameterOf(headerOf(head, 'accept'), CODEBOOKS)
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (theirs !== undefined && !theirs.some((id) => codebooks.includes(id))) {
    const message = `The client has the codebooks ${theirs.join(', ')}; the server has ${codebooks.join(', ')}`;
    throw refused('codebooks', message);
  }
  return 'frame';
}

/** True where only the receipt is wanted (RFC 7240). */
export function prefersMinimal(head: Pick<RequestHead, 'headers'>): boolean {
  return (headerOf(head, 'prefer') ?? '')
    .split(',')
    .map((one) => one.split(';')[0]?.replace(/[\s"]/g, '').toLowerCase())
    .includes(PREFER_MINIMAL);
}

/** A parameter of a media type, with or without quotation marks (RFC 9110 section 8.3.1). */
function parameterPattern(name: string): RegExp {
  return new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;,]+))`, 'i');
}

const VERSION = parameterPattern('version');
const CODEBOOKS = parameterPattern('codebooks');

function parameterOf(header: string | undefined, parameter: RegExp): string | undefined {
  const [, quoted, bare] = parameter.exec(header ?? '') ?? [];
  return quoted ?? bare;
}

function refused(path: string, message: string): SyncError<'protocol'> {
  return new SyncError('protocol', message, { path });
}
