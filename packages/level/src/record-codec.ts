import type { Static, TSchema } from 'typebox';
// By name: the whole of it makes a page's script a fifth larger.
import { Check, Errors } from 'typebox/value';

/** How the value of a record becomes bytes, and back. */
export interface RecordCodec<Type> {
  encode(value: Type): Uint8Array;
  /** @throws where the bytes are not what `encode` made. */
  decode(bytes: Uint8Array): Type;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as they are, in a copy that outlives what it was read from. */
export const bytesCodec: RecordCodec<Uint8Array> = {
  encode: (bytes) => bytes,
  decode: (bytes) => new Uint8Array(bytes),
};

/**
 * JSON that is checked against a TypeBox schema as it is read.
 * @example
 * ```ts
 * import { jsonCodec } from '@omega-tv/level';
 * import { Type } from 'typebox';
 *
 * const codec = jsonCodec(Type.Object({ seq: Type.Integer({ minimum: 1 }) }));
 * console.log(codec.decode(codec.encode({ seq: 7 }))); // => { seq: 7 }
 * ```
 */
export function jsonCodec<Schema extends TSchema>(schema: Schema): RecordCodec<Static<Schema>> {
  return {
    encode: (value) => encoder.encode(JSON.stringify(value)),
    decode: (bytes) => {
      const value: unknown = JSON.parse(decoder.decode(bytes));
      if (Check(schema, value)) return value;
      const [first] = Errors(schema, value);
      throw new TypeError(`${first?.instancePath ?? ''} ${first?.message ?? 'is wrong'}`.trim());
    },
  };
}
