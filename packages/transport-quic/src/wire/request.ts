import { decodeFields, encodeFields, type Fields } from './fields.js';
import { QUIC_LIMITS } from './limits.js';
import { aboveCap, malformed } from './malformed.js';

/** What a client asks on a stream of its own. */
export interface QuicRequest {
  readonly method: 'GET' | 'POST';
  /** With its query, from the first slash on; visible ASCII. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Fields;
  readonly body?: Uint8Array;
  /** True where a server that gets it twice counts it once: then it may go as early data. */
  readonly isRepeatable: boolean;
}

/** Bytes in front of the path: flags, number of fields, length of the path, length of the body. */
export const REQUEST_HEAD_BYTES = 8;
const POST = 0b01;
const REPEATABLE = 0b10;
const PATH = /^\/[\x21-\x7e]*$/;

/**
 * Lays a request out as docs/QUIC.md says.
 * @throws SyncError `protocol` for what cannot be sent, `compression-limit` for what is too long.
 */
export function encodeRequest(request: QuicRequest): Buffer {
  const { method, path, headers, body = new Uint8Array(), isRepeatable } = request;
  if (!PATH.test(path)) throw malformed('path', 'is no path of visible ASCII');
  if (path.length > QUIC_LIMITS.maxPathBytes) {
    throw aboveCap('path', path.length, QUIC_LIMITS.maxPathBytes);
  }
  const { count, bytes } = encodeFields(headers);
  const head = Buffer.alloc(REQUEST_HEAD_BYTES);
  head.writeUInt8((method === 'POST' ? POST : 0) | (isRepeatable ? REPEATABLE : 0), 0);
  head.writeUInt8(count, 1);
  head.writeUInt16BE(path.length, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, Buffer.from(path, 'latin1'), bytes, body]);
}

/**
 * How long a request's body says that it is, once its head is there.
 * @throws SyncError `protocol` or `compression-limit` for a head that announces what is not read.
 */
export function announcedBody(head: Buffer, maxBodyBytes: number): number {
  const flags = head.readUInt8(0);
  if (flags > (POST | REPEATABLE)) throw malformed('flags', `are ${flags}; expected 0 to 3`);
  const pathBytes = head.readUInt16BE(2);
  if (pathBytes > QUIC_LIMITS.maxPathBytes) {
    throw aboveCap('path', pathBytes, QUIC_LIMITS.maxPathBytes);
  }
  const bodyBytes = head.readUInt32BE(4);
  if (bodyBytes > maxBodyBytes) throw aboveCap('body', bodyBytes, maxBodyBytes);
  return bodyBytes;
}

/**
 * Reads a whole request.
 * @throws SyncError `protocol` for what is not laid out so, `compression-limit` above a cap.
 */
export function decodeRequest(message: Buffer, maxBodyBytes: number): QuicRequest {
  if (message.length < REQUEST_HEAD_BYTES) throw malformed('head', 'breaks off');
  const bodyBytes = announcedBody(message, maxBodyBytes);
  const flags = message.readUInt8(0);
  const pathEnd = REQUEST_HEAD_BYTES + message.readUInt16BE(2);
  if (pathEnd > message.length) throw malformed('path', 'breaks off');
  const path = message.toString('latin1', REQUEST_HEAD_BYTES, pathEnd);
  if (!PATH.test(path)) throw malformed('path', 'is no path of visible ASCII');
  const { fields, end } = decodeFields(message, pathEnd, message.readUInt8(1));
  if (end + bodyBytes !== message.length) {
    throw malformed(
      'body',
      `has ${message.length - end} bytes, and was announced with ${bodyBytes}`,
    );
  }
  return {
    method: (flags & POST) === 0 ? 'GET' : 'POST',
    path,
    headers: fields,
    isRepeatable: (flags & REPEATABLE) !== 0,
    ...(bodyBytes === 0 ? {} : { body: new Uint8Array(message.subarray(end)) }),
  };
}
