import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { unwritable } from '../malformed.js';

const FIRST = 'A'.charCodeAt(0);
const LETTERS = 26;

/** Writes a region, ISO 3166-1 alpha-2. @throws SyncError `serialization` for anything else. */
export function writeRegion(writer: FieldWriter, region: string): void {
  if (!/^[A-Z]{2}$/.test(region)) {
    throw unwritable('region', `must be two capital letters (ISO 3166-1), but is "${region}"`);
  }
  for (let i = 0; i < 2; i += 1) writer.choice('region', region.charCodeAt(i) - FIRST, LETTERS);
}

export function readRegion(reader: FieldReader): string {
  const letters = [reader.choice('region', LETTERS), reader.choice('region', LETTERS)];
  return String.fromCharCode(...letters.map((letter) => letter + FIRST));
}
