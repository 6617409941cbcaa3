import { decodeFields, encodeFields, type Fields } from './fields.js';
import { aboveCap, malformed } from './malformed.js';

/** What a server answers on the stream of the request. */
export interface QuicAnswer {
  /** As in HTTP, 100 to 599. */
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Fields;
  readonly body: Uint8Array;
}

/** Bytes in front of the fields: status, number of fields, zero, length of the body. */
export const ANSWER_HEAD_BYTES = 8;

/**
 * Lays an answer out as docs/QUIC.md says.
 * @throws SyncError `protocol` for what cannot be sent, `compression-limit` for what is too long.
 */
export function encodeAnswer({ status, headers, body }: QuicAnswer): Buffer {
  const { count, bytes } = encodeFields(headers);
  const head = Buffer.alloc(ANSWER_HEAD_BYTES);
  head.writeUInt16BE(status, 0);
  head.writeUInt8(count, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, bytes, body]);
}

/**
 * How long an answer's body says that it is, once its head is there.
 * @throws SyncError `protocol` or `compression-limit` for a head that announces what is not read.
 */
export function announcedAnswer(head: Buffer, maxBodyBytes: number): number {
  const status = head.readUInt16BE(0);
  if (status < 100 || status > 599) throw malformed('status', `is ${status}; expected 100 to 599`);
  if (head.readUInt8(3) !== 0) throw malformed('reserved', 'is not 0');
  const bodyBytes = head.readUInt32BE(4);
  if (bodyBytes > maxBodyBytes) throw aboveCap('body', bodyBytes, maxBodyBytes);
  return bodyBytes;
}

/**
 * Reads a whole answer.
 * @throws SyncError `protocol` for what is not laid out so, `compression-limit` above a cap.
 */
export function decodeAnswer(message: Buffer, maxBodyBytes: number): QuicAnswer {
  if (message.length < ANSWER_HEAD_BYTES) throw malformed('head', 'breaks off');
  const bodyBytes = announcedAnswer(message, maxBodyBytes);
  const { fields, end } = decodeFields(message, ANSWER_HEAD_BYTES, message.readUInt8(2));
  if (end + bodyBytes !== message.length) {
    throw malformed(
      'body',
      `has ${message.length - end} bytes, and was announced with ${bodyBytes}`,
    );
  }
  return {
    status: message.readUInt16BE(0),
    headers: fields,
    body: new Uint8Array(message.subarray(end)),
  };
}
