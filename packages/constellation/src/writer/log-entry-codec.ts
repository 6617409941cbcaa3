import { deserialize, serialize } from 'node:v8';
import type { SyncDelta } from '@omega-tv/types';
import { BytesReader, BytesWriter } from '../store/short-numbers.js';
import type { DeltaEntry, LogEntry } from './log-entry.js';

/** The first byte of a delta in short; what V8 clones begins with 0xff. */
const SHORT_DELTA = 1;
/** What a delta in short says in its second byte. */
const Said = { contributes: 1, isRefused: 2, position: 4, capabilities: 8, more: 16 };
const PRINTABLE = /^[\x20-\x7e]*$/;
const MOST_TEXTS = 64;

/**
 * Entries live until the next checkpoint, and most are deltas that bring nothing: these in some 100
 * bytes, all others as V8 clones them.
 */
export function encodeEntry(entry: LogEntry): Uint8Array {
  return (entry.kind === 'delta' ? encodeDelta(entry) : undefined) ?? serialize(entry);
}

/** @throws RangeError or Error for bytes that `encodeEntry` did not make. */
export function decodeEntry(bytes: Uint8Array): LogEntry {
  return bytes[0] === SHORT_DELTA ? decodeDelta(bytes) : (deserialize(bytes) as LogEntry);
}

/** What is left of an entry once the rest of it is written in short. */
type More = Pick<DeltaEntry, 'lesson'> & {
  readonly delta?: Partial<SyncDelta>;
  readonly drawnKeys?: DeltaEntry['drawnKeys'];
};

/** Undefined where a name has other signs, or there are more than a byte counts. */
function encodeDelta(entry: DeltaEntry): Uint8Array | undefined {
  const { deviceKey, atMs, contributes, isRefused, drawnKeys, lesson, delta } = entry;
  const { deviceId, version, timestamp, position, capabilities, patterns, ...others } = delta;
  const texts = [deviceKey, deviceId, timestamp, ...(capabilities ?? [])];
  if (texts.length > MOST_TEXTS || !texts.every((text) => PRINTABLE.test(text))) return undefined;
  const said = { ...others, ...(patterns.length === 0 ? {} : { patterns }) };
  const more: More = {
    ...(Object.keys(said).length === 0 ? {} : { delta: said }),
    ...(drawnKeys.length === 0 ? {} : { drawnKeys }),
    ...(lesson === undefined ? {} : { lesson }),
  };
  const hasMore = Object.keys(more).length > 0;
  const writer = new BytesWriter();
  writer.byte(SHORT_DELTA);
  writer.byte(
    (contributes ? Said.contributes : 0) |
      (isRefused ? Said.isRefused : 0) |
      (position === undefined ? 0 : Said.position) |
      (capabilities === undefined ? 0 : Said.capabilities) |
      (hasMore ? Said.more : 0),
  );
  writer.float(atMs);
  writer.text(deviceKey);
  writer.text(deviceId);
  writer.text(timestamp);
  writer.numbers(version);
  if (position !== undefined) writer.numbers(position.deviceEpoch, position.seq);
  if (capabilities !== undefined) {
    writer.byte(capabilities.length);
    for (const capability of capabilities) writer.text(capability);
  }
  if (hasMore) writer.raw(serialize(more));
  return writer.finish();
}

function decodeDelta(bytes: Uint8Array): DeltaEntry {
  const reader = new BytesReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  reader.byte();
  const said = reader.byte();
  const has = (part: number): boolean => (said & part) !== 0;
  const atMs = reader.float();
  const [deviceKey, deviceId, timestamp] = [reader.text(), reader.text(), reader.text()];
  const version = reader.number();
  const position = has(Said.position)
    ? { deviceEpoch: reader.number(), seq: reader.number() }
    : undefined;
  const capabilities = has(Said.capabilities)
    ? Array.from({ length: reader.byte() }, () => reader.text())
    : undefined;
  const more = has(Said.more) ? (deserialize(reader.rest()) as More) : {};
  return {
    kind: 'delta',
    atMs,
    deviceKey,
    contributes: has(Said.contributes),
    delta: {
      deviceId,
      version,
      timestamp,
      patterns: [],
      ...(position === undefined ? {} : { position }),
      ...(capabilities === undefined ? {} : { capabilities }),
      ...more.delta,
    } as SyncDelta,
    isRefused: has(Said.isRefused),
    drawnKeys: more.drawnKeys ?? [],
    ...(more.lesson === undefined ? {} : { lesson: more.lesson }),
  };
}
