import { malformed } from '../malformed.js';
import { isName } from '../names.js';
import { flagField, symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { checkName, type FieldWriter } from '../fields/field-writer.js';

/** What stands behind an id's prefix. */
const Tail = { number: 0, uuid: 1, ulid: 2, text: 3, hex: 4 } as const;

const TAIL = symbolField('id kind', [6, 3, 2, 3, 3]);
const SAME_PREFIX = flagField('id prefix', 1, 6);
const NUMBER: IntegerField = { name: 'id', typicalBits: 3 };
const FURTHER_DIGITS: IntegerField = { name: 'id digits', typicalBits: 2 };

const UUID_DIGITS = [8, 4, 4, 4, 12];
const UUID = /^(.*)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/su;
/** Crockford's base 32; 26 digits hold 130 bits, so the first is at most 7. */
const ULID = /^(.*)([0-7][0-9A-HJKMNP-TV-Z]{25})$/su;
/** From 4 to 64 digits, a letter among them, as short hashes have. */
const MIN_HEX = 4;
const MAX_HEX = 64;
const HEX = /^(.*?)((?=\d*[a-f])[0-9a-f]{4,64})$/su;
const BASE16 = '0123456789abcdef';
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_LENGTH = 26;
/** Up to 15 digits, none of them a leading zero: exact as a number. */
const NUMBERED = /^(.*?)(0|[1-9]\d{0,14})$/su;

/** Stands in a prefix for a word that the reader knows already, such as the pattern's genre. */
const WORD = '\u0000';

/**
 * Writes ids: a prefix (named once), then a number (as the difference to the one before), the 128
 * bits of a UUID or ULID, or hexadecimal digits; else the whole as text. Any string comes back as it was.
 */
export class IdWriter {
  readonly #prefixes = new Prefixes();

  constructor(private readonly writer: FieldWriter) {}

  /** @param word that the reader knows, and that the id may hold. */
  write(id: string, word = ''): void {
    const { writer } = this;
    checkName('id', id);
    const { prefix, kind, tail } = splitId(id, word);
    writer.symbol(TAIL, kind);
    if (kind === Tail.text) {
      writer.text('id', tail);
      return;
    }
    const isSame = this.#prefixes.count > 0 && this.#prefixes.last === prefix;
    writer.flag(SAME_PREFIX, isSame);
    if (!isSame) {
      const index = this.#prefixes.indexOf(prefix);
      writer.choice('id prefix', index, this.#prefixes.count + 1);
      if (index === this.#prefixes.count) writer.text('id prefix', prefix);
    }
    this.#prefixes.use(prefix);
    if (kind === Tail.number) this.#writeNumber(Number(tail));
    else if (kind === Tail.uuid) writeDigits(writer, tail.replace(/-/g, ''), BASE16);
    else if (kind === Tail.ulid) writeDigits(writer, tail, BASE32);
    else {
      writer.integer(FURTHER_DIGITS, tail.length - MIN_HEX);
      writeDigits(writer, tail, BASE16);
    }
  }

  #writeNumber(value: number): void {
    this.writer.signed(NUMBER, value - this.#prefixes.number);
    this.#prefixes.number = value;
  }
}

/** Reads what IdWriter wrote. */
export class IdReader {
  readonly #prefixes = new Prefixes();

  constructor(private readonly reader: FieldReader) {}

  /** @param word as given to the writer. */
  read(word = ''): string {
    const { reader } = this;
    const kind = reader.symbol(TAIL);
    if (kind === Tail.text) return reader.text('id');
    const template = this.#readPrefix();
    this.#prefixes.use(template);
    const id = template.replace(WORD, () => word) + this.#readTail(kind);
    if (!isName(id)) throw malformed('id: has more than 1,024 characters');
    return id;
  }

  #readTail(kind: number): string {
    const { reader } = this;
    if (kind === Tail.number) return this.#readNumber();
    if (kind === Tail.ulid) return readDigits(reader, ULID_LENGTH, BASE32);
    if (kind === Tail.hex) {
      const length = reader.integer(FURTHER_DIGITS) + MIN_HEX;
      if (length > MAX_HEX) throw malformed(`id: has ${length} digits, above ${MAX_HEX}`);
      return readDigits(reader, length, BASE16);
    }
    const digits = readDigits(reader, 32, BASE16);
    let start = 0;
    return UUID_DIGITS.map((length) => digits.slice(start, (start += length))).join('-');
  }

  #readPrefix(): string {
    const { reader } = this;
    if (reader.flag(SAME_PREFIX)) return this.#prefixes.last;
    const index = reader.choice('id prefix', this.#prefixes.count + 1);
    return this.#prefixes.at(index) ?? reader.text('id prefix');
  }

  #readNumber(): string {
    const value = this.#prefixes.number + this.reader.signed(NUMBER);
    if (!(value >= 0 && value < 1e15)) throw malformed('id: a number that no encoder writes');
    this.#prefixes.number = value;
    return String(value);
  }
}

/** The prefixes seen, and the last number behind each. */
class Prefixes {
  last = '';
  readonly #seen: string[] = [];
  readonly #numbers = new Map<string, number>();

  get count(): number {
    return this.#seen.length;
  }

  at(index: number): string | undefined {
    return this.#seen[index];
  }

  /** `count` for a new one. */
  indexOf(prefix: string): number {
    const index = this.#seen.indexOf(prefix);
    return index < 0 ? this.#seen.length : index;
  }

  use(prefix: string): void {
    if (!this.#seen.includes(prefix)) this.#seen.push(prefix);
    this.last = prefix;
  }

  /** The last number behind the prefix in use; 0 before the first. */
  get number(): number {
    return this.#numbers.get(this.last) ?? 0;
  }

  set number(value: number) {
    this.#numbers.set(this.last, value);
  }
}

function splitId(id: string, word: string): { prefix: string; kind: number; tail: string } {
  const forms = [
    [Tail.uuid, UUID],
    [Tail.ulid, ULID],
    [Tail.hex, HEX],
    [Tail.number, NUMBERED],
  ] as const;
  for (const [kind, form] of id.includes(WORD) ? [] : forms) {
    const [, start, tail] = form.exec(id) ?? [];
    if (start === undefined || tail === undefined) continue;
    const prefix = word === '' ? start : start.replace(word, () => WORD);
    return { prefix, kind, tail };
  }
  return { prefix: '', kind: Tail.text, tail: id };
}

function writeDigits(writer: FieldWriter, digits: string, alphabet: string): void {
  for (const digit of digits) writer.choice('id', alphabet.indexOf(digit), alphabet.length);
}

function readDigits(reader: FieldReader, length: number, alphabet: string): string {
  let digits = '';
  for (let i = 0; i < length; i += 1)
    digits += alphabet[reader.choice('id', alphabet.length)] ?? '';
  return digits;
}
