import { aboveCap, malformed } from './malformed.js';
import { QUIC_LIMITS } from './limits.js';

/** Names in lower case. A name stands once. */
export type Fields = Readonly<Record<string, string>>;

/** Names that take one byte: their place in this list, from 1 on. The list only grows. */
const KNOWN_NAMES = [
  'accept',
  'authorization',
  'content-type',
  'prefer',
  'traceparent',
  'x-device-id',
  'x-sync-version',
  'accept-post',
  'allow',
  'cache-control',
  'etag',
  'preference-applied',
  'retry-after',
  'www-authenticate',
  'if-none-match',
  'vary',
] as const;

const NUMBERS: ReadonlyMap<string, number> = new Map(
  KNOWN_NAMES.map((name, index) => [name, index + 1]),
);
/** RFC 9110 section 5.1, in lower case. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const MAX_NAME_BYTES = 255;

/**
 * Lays out fields, one after another: the number of a known name, or 0, the length of the name and
 * the name; then two bytes of length, and the value.
 * @throws SyncError `protocol` for what cannot be sent, `compression-limit` for too much.
 */
export function encodeFields(fields: Fields): { readonly count: number; readonly bytes: Buffer } {
  const entries = Object.entries(fields);
  checkCap('fields', entries.length, QUIC_LIMITS.maxFields);
  const bytes = Buffer.concat(entries.flatMap(([name, value]) => encodeField(name, value)));
  checkCap('fields.bytes', bytes.length, QUIC_LIMITS.maxFieldBytes);
  return { count: entries.length, bytes };
}

function encodeField(anyCase: string, value: string): readonly Buffer[] {
  const name = anyCase.toLowerCase();
  const isFit = NAME.test(name) && name.length <= MAX_NAME_BYTES && VALUE.test(value);
  if (!isFit) throw malformed('fields', `cannot hold ${JSON.stringify(name.slice(0, 80))}`);
  checkCap('fields.bytes', value.length, QUIC_LIMITS.maxFieldBytes);
  const number = NUMBERS.get(name);
  const named =
    number === undefined
      ? Buffer.from([0, name.length, ...Buffer.from(name, 'latin1')])
      : Buffer.from([number]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return [named, length, Buffer.from(value, 'latin1')];
}

/**
 * Reads `count` fields from `start` on.
 * @returns what was read, and where it ended.
 * @throws SyncError `protocol` for what is not laid out so, `compression-limit` above a cap.
 */
export function decodeFields(
  message: Buffer,
  start: number,
  count: number,
): { readonly fields: Fields; readonly end: number } {
  checkCap('fields', count, QUIC_LIMITS.maxFields);
  const fields = new Map<string, string>();
  const reader = new FieldReader(message, start);
  for (let i = 0; i < count; i += 1) {
    const name = reader.name();
    if (fields.has(name)) throw malformed('fields', `name ${JSON.stringify(name)} twice`);
    fields.set(name, reader.value());
  }
  return { fields: Object.fromEntries(fields), end: reader.at };
}

class FieldReader {
  at: number;
  readonly #start: number;
  readonly #message: Buffer;

  constructor(message: Buffer, start: number) {
    this.#message = message;
    this.#start = start;
    this.at = start;
  }

  name(): string {
    const number = this.#byte();
    if (number > 0) {
      const name = KNOWN_NAMES[number - 1];
      if (name === undefined) throw malformed('fields', `have no name of number ${number}`);
      return name;
    }
    const name = this.#text(this.#byte());
    if (!NAME.test(name)) throw malformed('fields', 'hold a name that is none');
    return name;
  }

  value(): string {
    const length = this.#byte() * 256 + this.#byte();
    const value = this.#text(length);
    if (!VALUE.test(value)) throw malformed('fields', 'hold a value with control characters');
    return value;
  }

  #byte(): number {
    const byte = this.#message[this.at];
    if (byte === undefined) throw malformed('fields', 'break off');
    this.at += 1;
    return byte;
  }

  #text(length: number): string {
    const end = this.at + length;
    checkCap('fields.bytes', end - this.#start, QUIC_LIMITS.maxFieldBytes);
    if (end > this.#message.length) throw malformed('fields', 'break off');
    const text = this.#message.toString('latin1', this.at, end);
    this.at = end;
    return text;
  }
}

function checkCap(field: string, size: number, limit: number): void {
  if (size > limit) throw aboveCap(field, size, limit);
}
