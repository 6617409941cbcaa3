import { Type } from 'typebox';
import Value from 'typebox/value';
import axios, { AxiosHeaders } from 'axios';
import {
  BehaviorSubject,
  EMPTY,
  NEVER,
  Subject,
  Subscription,
  asyncScheduler,
  catchError,
  defer,
  distinctUntilChanged,
  finalize,
  from,
  merge,
  repeat,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import { access, mkdir, readFile, readdir, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { crc32 } from 'node:zlib';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import zstd from '@mongodb-js/zstd';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { STATUS_CODES, maxHeaderSize } from 'node:http';
import fastify, { LogController } from 'fastify';
import { deserialize, serialize } from 'node:v8';
// \0rolldown/runtime.js
var __defProp = Object.defineProperty;
var __exportAll = (all, no_symbols) => {
  let target = {};
  for (var name in all)
    __defProp(target, name, {
      get: all[name],
      enumerable: true,
    });
  if (!no_symbols) __defProp(target, Symbol.toStringTag, { value: 'Module' });
  return target;
};
// packages/types/dist/limits.js
/** Longest device id, pattern id, content id or genre, in characters. */
var MAX_NAME_LENGTH = 1024;
/**
 * From here on a number rounds to an infinite 32-bit float: the middle between the largest finite
 * one and its successor (IEEE 754-2019 binary32).
 */
var FLOAT32_OVERFLOW = 34028235677973366e22;
/** Integers above this are read as this: JSON numbers carry no more exactly (RFC 8259 section 6). */
var MAX_INTEGER = Number.MAX_SAFE_INTEGER;
/** Patterns below these stay on the TV. */
var QUALITY_THRESHOLD = {
  minSuccessRate: 0.7,
  minSampleCount: 10,
};
/** Ids of patterns that a Constellation published start with this; nobody learns from them. */
var PUBLISHED_ID_PREFIX = 'global:';
/** Ids and genres, possibly empty. */
var NameSchema = Type.String({
  maxLength: MAX_NAME_LENGTH,
  pattern: '^[^\\ud800-\\udfff]*$',
});
// packages/types/dist/errors.js
/** Every failure of the packages, told apart by `code`. */
var SyncError = class extends Error {
  name = 'SyncError';
  code;
  details;
  retryable;
  retryAfterMs;
  constructor(code, message, details, options = {}) {
    super(message, options.cause === void 0 ? {} : { cause: options.cause });
    this.code = code;
    this.details = details;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
};
/** True when `error` is a SyncError, and of this code where one is given. */
function isSyncError(error, code) {
  return error instanceof SyncError && (code === void 0 || error.code === code);
}
// packages/types/dist/validation.js
var MAX_SHOWN_VALUE = 60;
/**
 * Checks what was built in code: paths in errors name its fields as TypeScript does (`successRate`).
 * @throws SyncError as `check`.
 */
function checkBuilt(schema, value, what, code) {
  refuse(findOffence(schema, toWireForm(value), ''), what, code, toCamelCase);
}
/** As the wire names and holds it; what is no object of ours stays as it is, for the check to find. */
function toWireForm(value) {
  if (ArrayBuffer.isView(value)) return Array.from(value);
  if (Array.isArray(value)) return value.map(toWireForm);
  if (!isRecord(value)) return value;
  const wire = Object.create(null);
  for (const [name, field] of Object.entries(value)) wire[toSnakeCase(name)] = toWireForm(field);
  return wire;
}
function toSnakeCase(name) {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
function toCamelCase(path) {
  return path.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
}
/**
 * Returns `value`, parsed JSON, when it has the schema's form.
 * @throws SyncError with the path, the value and the limit of the first offence: `invalid-pattern`
 * where the path leads into a pattern (or `code` says so), else `serialization`.
 */
function check(schema, value, what, code) {
  refuse(findOffence(schema, value, ''), what, code);
  return value;
}
function refuse(offence, what, code, nameOf = (path) => path) {
  if (offence === void 0) return;
  const { limit } = offence;
  const path = nameOf(offence.path);
  const message = `${path === '' ? what : `${what}: ${path}`} ${limit}, but is ${show(offence.found)}`;
  if (code !== void 0 || path.startsWith('patterns['))
    throw new SyncError('invalid-pattern', message, {
      path,
      value: isPrimitive(offence.found) ? offence.found : void 0,
      limit,
    });
  throw new SyncError('serialization', message, { path });
}
/**
 * The first offence, or undefined. Objects and arrays are walked here, and numbers of an array are
 * compared here: TypeBox takes microseconds a coordinate, and a hostile body holds many. Leaves go
 * to its interpreting checker: no eval, so it runs under a strict content security policy.
 */
function findOffence(schema, value, path) {
  if (Type.IsObject(schema) && isRecord(value)) {
    for (const [key, property] of Object.entries(schema.properties)) {
      const inner = path === '' ? key : `${path}.${key}`;
      const found = value[key];
      if (found === void 0)
        return {
          path: inner,
          found,
          limit: 'is required',
        };
      const offence = findOffence(property, found, inner);
      if (offence !== void 0) return offence;
    }
    return;
  }
  if (Type.IsArray(schema) && Array.isArray(value) && hasLength(schema, value.length)) {
    const { items } = schema;
    for (let i = 0; i < value.length; i += 1) {
      if (Type.IsNumber(items) && isNumberWithin(items, value[i])) continue;
      const offence = findOffence(items, value[i], `${path}[${i}]`);
      if (offence !== void 0) return offence;
    }
    return;
  }
  if (Value.Check(schema, value)) return void 0;
  const [error] = Value.Errors(schema, value);
  return {
    path,
    found: value,
    limit: error?.message ?? 'must match its schema',
  };
}
function hasLength(schema, length) {
  const { minItems = 0, maxItems = Infinity } = schema;
  return length >= minItems && length <= maxItems;
}
/** True for a valid number between exclusive bounds; false leaves the verdict to TypeBox. */
function isNumberWithin(schema, value) {
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  if (exclusiveMinimum === void 0 || exclusiveMaximum === void 0) return false;
  return typeof value === 'number' && value > exclusiveMinimum && value < exclusiveMaximum;
}
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function isPrimitive(value) {
  return typeof value !== 'object' || value === null;
}
function show(value) {
  if (value === void 0) return 'missing';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (isRecord(value)) return 'an object';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > MAX_SHOWN_VALUE ? `${text.slice(0, MAX_SHOWN_VALUE)}…` : text;
}
// packages/types/dist/pattern-data.js
/** One pattern on the v1 wire. */
var PatternDataSchema = Type.Object({
  id: NameSchema,
  embedding: Type.Array(
    Type.Number({
      exclusiveMinimum: -FLOAT32_OVERFLOW,
      exclusiveMaximum: FLOAT32_OVERFLOW,
    }),
    {
      minItems: 384,
      maxItems: 384,
    },
  ),
  success_rate: Type.Number({
    minimum: 0,
    maximum: 1,
  }),
  sample_count: Type.Integer({ minimum: 1 }),
  genre: NameSchema,
});
/** Reads a pattern that has the schema's form already. */
function patternDataFromWire(wire) {
  return {
    id: wire.id,
    embedding: Float32Array.from(wire.embedding),
    successRate: wire.success_rate,
    sampleCount: Math.min(wire.sample_count, MAX_INTEGER),
    genre: wire.genre,
  };
}
function patternDataToWire(pattern) {
  return {
    id: pattern.id,
    embedding: Array.from(pattern.embedding),
    success_rate: pattern.successRate,
    sample_count: pattern.sampleCount,
    genre: pattern.genre,
  };
}
/**
 * Checks one pattern.
 * @throws SyncError `invalid-pattern` with the field, its value and the limit.
 * @example
 * ```ts
 * import { isSyncError, validatePatternData } from '@omega-tv/types';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * try {
 *   validatePatternData({ id: 'a', embedding, successRate: 2, sampleCount: 12, genre: 'drama' });
 * } catch (error) {
 *   if (!isSyncError(error, 'invalid-pattern')) throw error;
 *   console.log(error.message); // => pattern: successRate must be <= 1, but is 2
 * }
 * ```
 */
function validatePatternData(pattern) {
  checkBuilt(PatternDataSchema, pattern, 'pattern', 'invalid-pattern');
}
/**
 * True when the pattern is good enough to leave the TV (>= 0.7 and >= 10 samples).
 * @example
 * ```ts
 * import { meetsSyncThreshold } from '@omega-tv/types';
 *
 * console.log(meetsSyncThreshold({ successRate: 0.7, sampleCount: 10 })); // => true
 * console.log(meetsSyncThreshold({ successRate: 0.9, sampleCount: 9 })); // => false
 * ```
 */
function meetsSyncThreshold(pattern) {
  return (
    pattern.successRate >= QUALITY_THRESHOLD.minSuccessRate &&
    pattern.sampleCount >= QUALITY_THRESHOLD.minSampleCount
  );
}
/**
 * True when a Constellation published the pattern of this id.
 * @example
 * ```ts
 * import { isPublishedId } from '@omega-tv/types';
 *
 * console.log(isPublishedId('global:drama-1'), isPublishedId('evening')); // => true false
 * ```
 */
function isPublishedId(id) {
  return id.startsWith(PUBLISHED_ID_PREFIX);
}
// packages/types/dist/sync-delta.js
/** What a TV pushes, on the v1 wire. */
var SyncDeltaSchema = Type.Object({
  device_id: NameSchema,
  patterns: Type.Array(PatternDataSchema),
  version: Type.Integer({ minimum: 0 }),
  timestamp: Type.String({ format: 'date-time' }),
});
/**
 * Reads a delta from parsed JSON.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 */
function syncDeltaFromWire(json) {
  const wire = check(SyncDeltaSchema, json, 'delta');
  return {
    deviceId: wire.device_id,
    patterns: wire.patterns.map(patternDataFromWire),
    version: Math.min(wire.version, MAX_INTEGER),
    timestamp: wire.timestamp,
  };
}
/**
 * Checks a delta before it is sent.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 * @example
 * ```ts
 * import { isSyncError, validateSyncDelta } from '@omega-tv/types';
 *
 * try {
 *   validateSyncDelta({ deviceId: 'kitchen', patterns: [], version: 1, timestamp: 'yesterday' });
 * } catch (error) {
 *   if (!isSyncError(error, 'serialization')) throw error;
 *   console.log(error.details.path); // => timestamp
 * }
 * ```
 */
function validateSyncDelta(delta) {
  checkBuilt(SyncDeltaSchema, delta, 'delta');
}
// packages/types/dist/trend-signal.js
/** One trend on the v1 wire. */
var TrendSignalSchema = Type.Object({
  content_id: NameSchema,
  score: Type.Number(),
  region: Type.String({ pattern: '^[A-Z]{2}$' }),
  genre: NameSchema,
  calculated_at: Type.String({ format: 'date-time' }),
});
function trendSignalFromWire(wire) {
  return {
    contentId: wire.content_id,
    score: wire.score,
    region: wire.region,
    genre: wire.genre,
    calculatedAt: wire.calculated_at,
  };
}
function trendSignalToWire(trend) {
  return {
    content_id: trend.contentId,
    score: trend.score,
    region: trend.region,
    genre: trend.genre,
    calculated_at: trend.calculatedAt,
  };
}
// packages/types/dist/global-patterns.js
/** What a Constellation answers, on the v1 wire. */
var GlobalPatternsSchema = Type.Object({
  patterns: Type.Array(PatternDataSchema),
  trends: Type.Array(TrendSignalSchema),
  version: Type.Integer({ minimum: 0 }),
  timestamp: Type.String({ format: 'date-time' }),
});
/**
 * Reads global patterns from parsed JSON.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 */
function globalPatternsFromWire(json) {
  const wire = check(GlobalPatternsSchema, json, 'global patterns');
  return {
    patterns: wire.patterns.map(patternDataFromWire),
    trends: wire.trends.map(trendSignalFromWire),
    version: Math.min(wire.version, MAX_INTEGER),
    timestamp: wire.timestamp,
  };
}
function globalPatternsToWire(globals) {
  return {
    patterns: globals.patterns.map(patternDataToWire),
    trends: globals.trends.map(trendSignalToWire),
    version: globals.version,
    timestamp: globals.timestamp,
  };
}
/**
 * Checks global patterns before they are published.
 * @throws SyncError `invalid-pattern` for a bad pattern, `serialization` for anything else.
 * @example
 * ```ts
 * import { isSyncError, validateGlobalPatterns } from '@omega-tv/types';
 *
 * try {
 *   const timestamp = '2026-11-22T10:00:00Z';
 *   validateGlobalPatterns({ patterns: [], trends: [], version: -1, timestamp });
 * } catch (error) {
 *   if (!isSyncError(error, 'serialization')) throw error;
 *   console.log(error.message); // => global patterns: version must be >= 0, but is -1
 * }
 * ```
 */
function validateGlobalPatterns(globals) {
  checkBuilt(GlobalPatternsSchema, globals, 'global patterns');
}
// packages/types/dist/receipt.js
/** What became of a delta: counted now, counted before, or refused for good. */
var RECEIPT_OUTCOMES = ['applied', 'duplicate', 'refused'];
/** The stream of all TVs. */
var GLOBAL_STREAM = 'global';
// packages/types/dist/ports.js
var ignore = () => void 0;
/** Logs nowhere. */
var silentLogger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};
// packages/types/dist/port-check.js
var METHODS = {
  clock: ['nowMs'],
  random: ['next'],
  logger: ['debug', 'info', 'warn', 'error'],
};
/**
 * Checks the clock, the source of chance and the logger among options; each may be left out.
 * @throws SyncError `invalid-config` with the field.
 */
function checkPorts(options) {
  for (const name of ['clock', 'random', 'logger'])
    if (options[name] !== void 0) checkMethods(name, options[name], METHODS[name]);
}
/**
 * Checks that an option has the methods it is used by: without, the first use would be a TypeError
 * far from where the option was set.
 * @param advice what makes a right one, for the message
 * @throws SyncError `invalid-config` with the field.
 */
function checkMethods(field, value, methods, advice) {
  const found = isObject(value) ? value : {};
  const missing = methods.find((name) => typeof Reflect.get(found, name) !== 'function');
  if (missing === void 0) return;
  throw new SyncError(
    'invalid-config',
    `${field} ${isObject(value) ? `has no method ${missing}` : `is ${String(value)}`}; ${`expected an object with ${methods.join(', ')}`}${advice === void 0 ? '' : `: ${advice}`}`,
    { field },
  );
}
function isObject(value) {
  return typeof value === 'object' && value !== null;
}
// packages/types/dist/system.js
/** The machine's wall clock: what every package takes where no clock is passed in. */
var systemClock = { nowMs: Date.now };
/**
 * The machine's chance: what every package takes where no source is passed in. From the Web
 * Crypto API where the engine has it, for TVs whose chance is seeded alike share their errors.
 */
var systemRandom = {
  next: () =>
    typeof crypto === 'undefined'
      ? Math.random()
      : (crypto.getRandomValues(/* @__PURE__ */ new Uint32Array(1))[0] ?? 0) / 2 ** 32,
};
// packages/compression/dist/v1/body-size.js
/** @throws SyncError `compression-limit` when `size` is above `limit`. Bytes. */
function checkBodySize(what, size, limit) {
  if (size <= limit) return;
  throw new SyncError(
    'compression-limit',
    `${what}: has ${size} bytes, but ${limit} are allowed; send fewer patterns or shorter names`,
    {
      size,
      limit,
    },
  );
}
// packages/compression/dist/v1/zstd-frame.js
var MAGIC$1 = 4247762216;
var SKIPPABLE_MAGIC = 407710288;
var BLOCK_HEADER_BYTES = 3;
var CHECKSUM_BYTES$2 = 4;
/** Block_Maximum_Size, RFC 8878 section 3.1.1.2.4, where the window is not smaller. */
var MAX_BLOCK_BYTES = 131072;
/** The window that RFC 8878 section 3.1.1.1.2 recommends every decoder to support. */
var MAX_WINDOW_BYTES = 8388608;
var RAW = 0;
var RLE = 1;
var COMPRESSED = 2;
/**
 * Bounds what a Zstandard frame expands to, from its headers alone (RFC 8878 section 3.1.1):
 * a raw or RLE block counts its size, a compressed block the most that one may hold. The body
 * must be exactly one frame: nothing before it, nothing behind it, no dictionary, a window of at
 * most 8 MiB. Takes no memory and reads no block.
 * @returns the most bytes that the frame can expand to, at most `maxOutputBytes`.
 * @throws SyncError `compression` with the offset of what is malformed, `compression-limit` when
 * the frame may expand to more than `maxOutputBytes`.
 */
function inspectZstdFrame(bytes, maxOutputBytes) {
  const header = readFrameHeader(bytes);
  if (header.contentBytes !== void 0) checkOutput(header.contentBytes, maxOutputBytes);
  const maxBlockBytes = Math.min(MAX_BLOCK_BYTES, header.windowBytes);
  let boundBytes = 0;
  let offset = header.endBytes;
  for (let isLast = false; !isLast;) {
    const word = readUint(bytes, offset, BLOCK_HEADER_BYTES, 'block header');
    isLast = (word & 1) === 1;
    const type = (word >> 1) & 3;
    const size = word >> 3;
    if (type !== RAW && type !== RLE && type !== COMPRESSED)
      throw malformed$1(offset, 'a block of the reserved type 3');
    if (size > maxBlockBytes)
      throw malformed$1(offset, `a block of ${size} bytes where ${maxBlockBytes} is the most`);
    boundBytes += type === COMPRESSED ? maxBlockBytes : size;
    checkOutput(boundBytes, maxOutputBytes);
    offset += BLOCK_HEADER_BYTES;
    offset = skip(bytes, offset, type === RLE ? 1 : size, 'block');
  }
  if (header.hasChecksum) offset = skip(bytes, offset, CHECKSUM_BYTES$2, 'content checksum');
  if (offset !== bytes.length)
    throw malformed$1(offset, `${bytes.length - offset} bytes behind the end of the frame`);
  return boundBytes;
}
/** Frame_Header, RFC 8878 section 3.1.1.1. */
function readFrameHeader(bytes) {
  const magic = readUint(bytes, 0, 4, 'magic number');
  if ((magic & 4294967280) >>> 0 === SKIPPABLE_MAGIC) throw malformed$1(0, 'a skippable frame');
  if (magic !== MAGIC$1) throw malformed$1(0, `the magic number 0x${magic.toString(16)}`);
  const descriptor = readUint(bytes, 4, 1, 'frame header descriptor');
  if ((descriptor & 8) !== 0) throw malformed$1(4, 'a set reserved bit');
  if ((descriptor & 3) !== 0) throw malformed$1(4, 'a dictionary id');
  const isSingleSegment = (descriptor & 32) !== 0;
  let offset = 5;
  let windowBytes = 0;
  if (!isSingleSegment) {
    windowBytes = windowSize(readUint(bytes, offset, 1, 'window descriptor'));
    if (windowBytes > MAX_WINDOW_BYTES)
      throw malformed$1(offset, `a window of ${windowBytes} bytes, above ${MAX_WINDOW_BYTES}`);
    offset += 1;
  }
  const sizeFlag = descriptor >> 6;
  const fieldBytes = sizeFlag === 0 ? Number(isSingleSegment) : 2 ** sizeFlag;
  const field = readUint(bytes, offset, fieldBytes, 'frame content size');
  const contentBytes = fieldBytes === 0 ? void 0 : field + (fieldBytes === 2 ? 256 : 0);
  return {
    endBytes: offset + fieldBytes,
    windowBytes: isSingleSegment ? (contentBytes ?? 0) : windowBytes,
    contentBytes,
    hasChecksum: (descriptor & 4) !== 0,
  };
}
/** Window_Descriptor, RFC 8878 section 3.1.1.1.2. */
function windowSize(descriptor) {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}
/** Reads a little-endian integer; above 2^53 it is rounded, which still compares right. */
function readUint(bytes, offset, length, what) {
  skip(bytes, offset, length, what);
  return bytes
    .subarray(offset, offset + length)
    .reduceRight((value, byte) => value * 256 + byte, 0);
}
function skip(bytes, offset, length, what) {
  if (offset + length > bytes.length)
    throw malformed$1(offset, `the end of the body inside its ${what}`);
  return offset + length;
}
function checkOutput(size, limit) {
  if (size <= limit) return;
  throw new SyncError(
    'compression-limit',
    `zstd frame: may expand to ${size} bytes or more, but ${limit} are allowed; send less in one body`,
    {
      size,
      limit,
    },
  );
}
function malformed$1(offsetBytes, found) {
  return new SyncError(
    'compression',
    `zstd frame: ${found} at byte ${offsetBytes}; expected exactly one frame of RFC 8878`,
    { offsetBytes },
  );
}
// packages/compression/dist/v1/body-reader.js
/**
 * Reads the JSON of a body. Checks the wire cap, then what the frame may expand to, and only then
 * decompresses.
 * @throws SyncError `compression-limit`, `compression`, or `serialization` for bad UTF-8 or JSON.
 */
async function readJsonBody(bytes, limits, zstd) {
  checkBodySize('body', bytes.length, limits.wireBytes);
  inspectZstdFrame(bytes, limits.jsonBytes);
  const raw = await decompress(bytes, zstd);
  checkBodySize('JSON', raw.length, limits.jsonBytes);
  return parseJson$2(raw);
}
async function decompress(frame, zstd) {
  try {
    return await zstd.decompress(frame);
  } catch (cause) {
    throw new SyncError(
      'compression',
      `body: not a zstd frame that can be read (${String(cause)}); send it again`,
      {},
      { cause },
    );
  }
}
function parseJson$2(raw) {
  try {
    const text = new TextDecoder('utf-8', {
      fatal: true,
      ignoreBOM: true,
    }).decode(raw);
    return JSON.parse(text);
  } catch (cause) {
    throw new SyncError(
      'serialization',
      `body: not JSON in UTF-8 without byte order mark (${String(cause)})`,
      {},
      { cause },
    );
  }
}
// packages/compression/dist/v1/grid.js
/**
 * Grid steps that pay, finest first. Those left out (0.003, 0.007, 0.012, 0.0225, ...) cost more
 * bytes on real embeddings than the next finer one here.
 */
var GRID_STEPS = [
  1e-6, 1e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.0025, 0.004, 0.005, 0.008, 0.01, 0.015, 0.02, 0.025,
  0.03, 0.04, 0.05, 0.1,
];
var COARSEST_FIRST = [...GRID_STEPS].reverse();
/** The roundings at which every pattern keeps `minCosine`, finest first; the exact one leads. */
function* roundingsFinestFirst(patterns, minCosine) {
  yield exact(patterns);
  for (const step of GRID_STEPS) {
    const rounding = roundPatterns(patterns, step);
    if (rounding.fidelity.minCosine >= minCosine) yield rounding;
  }
}
/** The last of the roundings that `roundingsFinestFirst` gives. */
function coarsestRounding(patterns, minCosine) {
  for (const step of COARSEST_FIRST) {
    const rounding = roundPatterns(patterns, step);
    if (rounding.fidelity.minCosine >= minCosine) return rounding;
  }
  return exact(patterns);
}
function exact(patterns) {
  return {
    patterns,
    fidelity: {
      meanCosine: 1,
      minCosine: 1,
      gridStep: null,
    },
  };
}
function roundPatterns(patterns, gridStep) {
  let sum = 0;
  let minCosine = 1;
  return {
    patterns: patterns.map((pattern) => {
      const embedding = roundToGrid(pattern.embedding, gridStep);
      const similarity = cosine$1(pattern.embedding, embedding);
      sum += similarity;
      minCosine = Math.min(minCosine, similarity);
      return {
        ...pattern,
        embedding,
      };
    }),
    fidelity: {
      meanCosine: patterns.length === 0 ? 1 : sum / patterns.length,
      minCosine,
      gridStep,
    },
  };
}
function roundToGrid(embedding, gridStep) {
  const step = gridStep * decimalScale(embedding);
  return embedding.map((value) => {
    const rounded = Math.fround(Math.round(value / step) * step);
    return Number.isFinite(rounded) ? rounded + 0 : value;
  });
}
/**
 * The power of ten that an embedding of another length than 1 has its grid scaled by: 1 where the
 * root mean square of its coordinates is within 0.01 to 0.1 (0.051 for a unit vector of 384).
 */
function decimalScale(embedding) {
  const meanSquare = dot$1(embedding, embedding) / embedding.length;
  if (meanSquare === 0) return 1;
  const exponent = Number(Math.sqrt(meanSquare).toExponential().split('e')[1]);
  return Number(`1e${exponent + 2}`);
}
/** Cosine of the angle between two vectors; 1 between two zero vectors, 0 where one is zero. */
function cosine$1(a, b) {
  const lengths = Math.sqrt(dot$1(a, a)) * Math.sqrt(dot$1(b, b));
  if (lengths === 0) return a.every((value, index) => value === b[index]) ? 1 : 0;
  return Math.min(1, dot$1(a, b) / lengths);
}
/** In doubles: squares of all 32-bit floats are in their range. */
function dot$1(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
// packages/compression/dist/v1/body-writer.js
function createBodyWriter(zstd, limits, minCosine) {
  const encoder = new TextEncoder();
  async function compress(json) {
    const raw = encoder.encode(json);
    return {
      bytes: await zstd.compress(raw),
      rawBytes: raw.length,
    };
  }
  return {
    async write(patterns, toJson) {
      let reason;
      for (const rounding of roundingsFinestFirst(patterns, minCosine)) {
        const body = await compress(toJson(rounding.patterns));
        reason = limitError(body, limits);
        if (reason === void 0)
          return {
            ...body,
            fidelity: rounding.fidelity,
          };
      }
      throw reason;
    },
    async fitsAtFloor(patterns, toJson) {
      return (
        limitError(
          await compress(toJson(coarsestRounding(patterns, minCosine).patterns)),
          limits,
        ) === void 0
      );
    },
  };
}
/** Holds a body to all that its reader will check; undefined where it passes. */
function limitError({ bytes, rawBytes }, limits) {
  try {
    checkBodySize('body', bytes.length, limits.wireBytes);
    checkBodySize('JSON', rawBytes, limits.jsonBytes);
    inspectZstdFrame(bytes, limits.jsonBytes);
    return;
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return error;
    throw error;
  }
}
// packages/compression/dist/largest-fitting.js
/**
 * The largest count up to `max` for which `fits` holds, where fitting at one count (nearly)
 * means fitting at every smaller one. A count of 0 is taken to fit; every other count that is
 * returned was tried. Doubles, then bisects.
 */
async function largestFitting(max, fits) {
  let best = 0;
  let tooMany = max + 1;
  while (best + 1 < tooMany) {
    const doubled = Math.max(1, 2 * best);
    const count = doubled < tooMany ? doubled : Math.floor((best + tooMany) / 2);
    if (await fits(count)) best = count;
    else tooMany = count;
  }
  return best;
}
// packages/compression/dist/v1/shortest-number.js
/** Smallest normal 32-bit float; below it a float has fewer than 6 significant digits. */
var MIN_NORMAL_FLOAT32 = 2 ** -126;
/**
 * Writes a finite 32-bit float as the shortest decimal that reads back to the same float.
 * Six digits always survive the way through a normal binary32, nine always suffice
 * (IEEE 754-2019 section 5.12.2), so only 6 to 9 are tried.
 */
function float32ToText(value) {
  if (Object.is(value, -0)) return '-0.0';
  const fewest = Math.abs(value) < MIN_NORMAL_FLOAT32 ? 1 : 6;
  for (let digits = fewest; digits < 9; digits += 1) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === value) return String(decimal);
  }
  return String(Number(value.toPrecision(9)));
}
/** Writes a finite number: as a 32-bit float where it is one, else as the shortest double. */
function numberToText(value) {
  return Math.fround(value) === value ? float32ToText(value) : String(value);
}
// packages/compression/dist/v1/v1-json.js
/** Writes a valid delta as v1 JSON: compact, keys in the order that v1 clients use. */
function syncDeltaToJson(delta) {
  return `{"device_id":${JSON.stringify(delta.deviceId)},"patterns":[${delta.patterns.map(patternToJson).join(',')}],"version":${integerToText(delta.version)},"timestamp":${JSON.stringify(delta.timestamp)}}`;
}
/** Writes valid global patterns as v1 JSON. */
function globalPatternsToJson(globals) {
  return `{"patterns":[${globals.patterns.map(patternToJson).join(',')}],"trends":[${globals.trends.map(trendToJson).join(',')}],"version":${integerToText(globals.version)},"timestamp":${JSON.stringify(globals.timestamp)}}`;
}
function patternToJson(pattern) {
  return `{"id":${JSON.stringify(pattern.id)},"embedding":[${Array.from(pattern.embedding, float32ToText).join(',')}],"success_rate":${numberToText(pattern.successRate)},"sample_count":${integerToText(pattern.sampleCount)},"genre":${JSON.stringify(pattern.genre)}}`;
}
function trendToJson(trend) {
  return `{"content_id":${JSON.stringify(trend.contentId)},"score":${numberToText(trend.score)},"region":${JSON.stringify(trend.region)},"genre":${JSON.stringify(trend.genre)},"calculated_at":${JSON.stringify(trend.calculatedAt)}}`;
}
/** Every reader takes larger integers for this one, and below it none prints with an exponent. */
function integerToText(value) {
  return String(Math.min(value, MAX_INTEGER));
}
// packages/compression/dist/v1/delta-encoder.js
/** Writes the delta with the finest embeddings under which it fits. */
async function encodeDelta(delta, writer) {
  validateSyncDelta(delta);
  return writer.write(delta.patterns, jsonOf$1(delta));
}
/**
 * Splits a delta into as few deltas as its caps and the fidelity floor allow, in order, then
 * evens their lengths out: the fewer patterns share a body, the finer they are.
 */
async function splitDelta(delta, writer) {
  validateSyncDelta(delta);
  const fits = (group) => writer.fitsAtFloor(group, jsonOf$1(delta));
  const greedy = await fillGreedily(delta.patterns, fits, async (pattern) => {
    await encodeDelta(
      {
        ...delta,
        patterns: [pattern],
      },
      writer,
    );
  });
  const even = splitEvenly(delta.patterns, greedy.length);
  return ((await allFit(even, fits)) ? even : greedy).map((patterns) => ({
    ...delta,
    patterns,
  }));
}
/** @param requireFit throws when a pattern fits in no body, alone and at any rounding. */
async function fillGreedily(patterns, fits, requireFit) {
  const groups = [];
  let rest = patterns;
  for (let [first] = rest; first !== void 0; [first] = rest) {
    const left = rest;
    const count = await largestFitting(left.length, (n) => fits(left.slice(0, n)));
    if (count === 0) await requireFit(first);
    groups.push(left.slice(0, Math.max(1, count)));
    rest = left.slice(Math.max(1, count));
  }
  return groups.length === 0 ? [[]] : groups;
}
/** Cuts a list into `count` parts, the longer ones first. */
function splitEvenly(patterns, count) {
  const startOf = (index) => Math.ceil((index * patterns.length) / count);
  return Array.from({ length: count }, (_, index) =>
    patterns.slice(startOf(index), startOf(index + 1)),
  );
}
async function allFit(groups, fits) {
  for (const group of groups) if (!(await fits(group))) return false;
  return true;
}
function jsonOf$1(delta) {
  return (patterns) =>
    syncDeltaToJson({
      ...delta,
      patterns,
    });
}
// packages/compression/dist/v1/global-patterns-encoder.js
/**
 * Writes as much as fits: trends first, then as many patterns as fit at the fidelity floor, then
 * these with the finest embeddings under which they fit. Both lists keep their order and lose
 * their end.
 */
async function encodeGlobalPatterns(globals, writer) {
  validateGlobalPatterns(globals);
  const fits = (trendCount, patternCount) =>
    writer.fitsAtFloor(globals.patterns.slice(0, patternCount), jsonOf(globals, trendCount));
  const trendCount = await largestFitting(globals.trends.length, (count) => fits(count, 0));
  const patternCount = await largestFitting(globals.patterns.length, (count) =>
    fits(trendCount, count),
  );
  return {
    ...(await writer.write(globals.patterns.slice(0, patternCount), jsonOf(globals, trendCount))),
    patternsLeftOut: globals.patterns.length - patternCount,
    trendsLeftOut: globals.trends.length - trendCount,
  };
}
function jsonOf(globals, trendCount) {
  const trends = globals.trends.slice(0, trendCount);
  return (patterns) =>
    globalPatternsToJson({
      ...globals,
      patterns,
      trends,
    });
}
// packages/compression/dist/v1/limits.js
/** What a v1 body may weigh. All caps are inclusive: a body of exactly this many bytes passes. */
var V1_LIMITS = {
  /** A delta as sent. */
  maxRequestBytes: 2048,
  /** Global patterns as sent. */
  maxResponseBytes: 10240,
  /** The JSON that a delta expands to. */
  maxRequestJsonBytes: 262144,
  /** The JSON that global patterns expand to. */
  maxResponseJsonBytes: 1048576,
};
var REQUEST_LIMITS = {
  wireBytes: V1_LIMITS.maxRequestBytes,
  jsonBytes: V1_LIMITS.maxRequestJsonBytes,
};
var RESPONSE_LIMITS = {
  wireBytes: V1_LIMITS.maxResponseBytes,
  jsonBytes: V1_LIMITS.maxResponseJsonBytes,
};
// packages/compression/dist/v1/zstd-codec.js
/** Logs the sizes, the ratio and the time of each call at debug. */
function createLoggedCodec(zstd, logger, clock) {
  async function run(operation, input) {
    const startMs = clock.nowMs();
    const output = await zstd[operation](input);
    const [json, frame] = operation === 'compress' ? [input, output] : [output, input];
    const fields = {
      jsonBytes: json.length,
      frameBytes: frame.length,
      ratio: json.length / frame.length,
      durationMs: clock.nowMs() - startMs,
    };
    logger.debug(fields, `zstd ${operation}`);
    return output;
  }
  return {
    compress: (bytes) => run('compress', bytes),
    decompress: (frame) => run('decompress', frame),
  };
}
// packages/compression/dist/v1/v1-format.js
var DEFAULT_MIN_COSINE = 0.99;
/**
 * The v1 wire format: JSON in one zstd frame (RFC 8259, RFC 8878).
 * @throws SyncError `invalid-config` for a `minCosine` outside 0 to 1, or a zstd that is none.
 * @example
 * ```ts
 * import { createV1Format } from '@omega-tv/compression';
 * import { nativeZstd } from '@omega-tv/compression/node';
 *
 * const format = createV1Format({ zstd: nativeZstd, minCosine: 0.999 });
 * console.log(format.protocolVersion, format.maxRequestBytes); // => 1 2048
 * ```
 */
function createV1Format(options) {
  const { logger = silentLogger, clock = systemClock, minCosine = DEFAULT_MIN_COSINE } = options;
  checkPorts(options);
  checkMethods('zstd', options.zstd, ['compress', 'decompress']);
  if (!(minCosine >= 0 && minCosine <= 1))
    throw new SyncError('invalid-config', `minCosine: is ${minCosine}, but must be within 0 to 1`, {
      field: 'minCosine',
    });
  const zstd = createLoggedCodec(options.zstd, logger, clock);
  const requestWriter = createBodyWriter(zstd, REQUEST_LIMITS, minCosine);
  const responseWriter = createBodyWriter(zstd, RESPONSE_LIMITS, minCosine);
  const decodeGlobalPatterns = async (bytes) =>
    globalPatternsFromWire(await readJsonBody(bytes, RESPONSE_LIMITS, zstd));
  return {
    protocolVersion: 1,
    mediaType: 'application/octet-stream',
    accept: 'application/octet-stream',
    maxRequestBytes: REQUEST_LIMITS.wireBytes,
    maxResponseBytes: RESPONSE_LIMITS.wireBytes,
    encodeDelta: (delta) => encodeDelta(delta, requestWriter),
    splitDelta: (delta) => splitDelta(delta, requestWriter),
    decodeDelta: async (bytes) =>
      syncDeltaFromWire(await readJsonBody(bytes, REQUEST_LIMITS, zstd)),
    encodeGlobalPatterns: (globals) => encodeGlobalPatterns(globals, responseWriter),
    decodeGlobalPatterns,
    decodeAnswer: async (bytes) => ({ globals: await decodeGlobalPatterns(bytes) }),
  };
}
// packages/compression/dist/v2/budget-tiers.js
/**
 * Steps give learned patterns a cosine of about .98, .99 and .995.
 * @example
 * ```ts
 * import { BUDGET_TIERS } from '@omega-tv/compression';
 *
 * console.log(BUDGET_TIERS.normal.budgetBytes); // => 1024
 * ```
 */
var BUDGET_TIERS = {
  floor: {
    budgetBytes: 512,
    step: 0.026,
    coarsestStep: 0.06,
  },
  normal: {
    budgetBytes: 1024,
    step: 0.019,
    coarsestStep: 0.045,
  },
  ceiling: {
    budgetBytes: 2048,
    step: 0.013,
    coarsestStep: 0.035,
  },
};
/** The finest step of published embeddings: a cosine of about .99 on averages of several TVs. */
var SNAPSHOT_STEP = 0.0135;
// packages/embedding-codec/dist/errors.js
/** The one error class of the package. */
var CodecError = class extends Error {
  code;
  field;
  name = 'CodecError';
  constructor(code, message, field) {
    super(message);
    this.code = code;
    this.field = field;
  }
};
/** Whether `error` is a CodecError, with this code where one is named. */
function isCodecError(error, code) {
  return error instanceof CodecError && (code === void 0 || error.code === code);
}
// packages/embedding-codec/dist/check-options.js
var MAX_VECTORS = 1048576;
var MAX_REFERENCES = 32768;
var RATES = ['budgetBytes', 'step', 'minCosine'];
/** @throws CodecError `invalid-option` with the field, for what callers without types pass. */
function checkEncodeOptions(options) {
  const { mode, rate } = options;
  if (mode === 'upload')
    refuseUnless$1(isSource(options.random), 'random', 'an object with next(), uniform in [0, 1)');
  else refuseUnless$1(isDownload(mode), 'mode', "'upload' or 'download'");
  const given = typeof rate === 'object' ? rate : {};
  const [name, ...others] = RATES.filter((one) => one in given);
  refuseUnless$1(
    name !== void 0 && others.length === 0,
    'rate',
    'one of { budgetBytes }, { step } and { minCosine }',
  );
  if (name !== void 0) checkRate(name, Reflect.get(rate, name));
}
/** @throws CodecError `invalid-option` with the field. */
function checkCounts(name, vectors, references = []) {
  refuseUnless$1(
    Number.isInteger(vectors) && vectors >= 0 && vectors <= MAX_VECTORS,
    name,
    `0 to ${MAX_VECTORS} vectors`,
  );
  refuseUnless$1(
    Array.isArray(references) && references.length <= MAX_REFERENCES,
    'references',
    `an array of at most ${MAX_REFERENCES} vectors`,
  );
}
function checkRate(name, value) {
  const isNumber = typeof value === 'number';
  const field = `rate.${name}`;
  if (name === 'budgetBytes') refuseUnless$1(isNumber, field, 'a number of bytes');
  if (name === 'step') refuseUnless$1(isNumber && value > 0, field, 'a number above zero');
  if (name === 'minCosine') refuseUnless$1(isNumber && value < 1, field, 'a number below 1');
}
function isDownload(mode) {
  return mode === 'download';
}
function isSource(random) {
  return (
    typeof random === 'object' &&
    random !== null &&
    typeof Reflect.get(random, 'next') === 'function'
  );
}
function refuseUnless$1(valid, field, expected) {
  if (!valid) throw new CodecError('invalid-option', `${field} must be ${expected}.`, field);
}
// packages/embedding-codec/dist/exact-math.js
var LN2 = 0.6931471805599453;
var view = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));
/**
 * Base-2 logarithm, to about 1e-9 and the same on every engine.
 * @param x positive and finite; 0 gives about -1075.
 */
function log2(x) {
  view.setFloat64(0, x < 23e-309 ? 23e-309 : x);
  const high = view.getUint32(0);
  const exponent = (high >>> 20) - 1023;
  view.setUint32(0, (high & 1048575) | 1072693248);
  const mantissa = view.getFloat64(0);
  const half = mantissa > 1.4142135623730951;
  const m = half ? mantissa / 2 : mantissa;
  const t = (m - 1) / (m + 1);
  const t2 = t * t;
  const series =
    1 + t2 * (1 / 3 + t2 * (1 / 5 + t2 * (1 / 7 + t2 * (1 / 9 + t2 * (1 / 11 + t2 / 13)))));
  return exponent + (half ? 1 : 0) + (2 * t * series) / LN2;
}
/**
 * The powers 2^(-i/count) for i = 0 .. count - 1, by repeated square roots.
 * @param count a power of two.
 */
function fractionalPowers(count) {
  let root = 0.5;
  for (let n = 1; n < count; n *= 2) root = Math.sqrt(root);
  const powers = new Float64Array(count);
  let power = 1;
  for (let i = 0; i < count; i += 1) {
    powers[i] = power;
    power *= root;
  }
  return powers;
}
// packages/embedding-codec/dist/probability.js
var PROBABILITY_ONE = 32768;
// packages/embedding-codec/dist/class-means.js
/** Classes differ along the leading axes only. */
var COMPARED_AXES = 160;
/** Noise that any coding leaves: it keeps small variances from deciding. */
var NOISE = 2e-4;
var BITS_PER_SQUARE$1 = 0.7213475204444817;
var AXES_AT_A_TIME = 32;
/** The codebook's class means, as predictions. */
var ClassMeans = class {
  codebook;
  transform;
  count;
  dimension;
  weights;
  classBits;
  starts;
  vectors = /* @__PURE__ */ new Map();
  constructor(codebook, transform) {
    this.codebook = codebook;
    this.transform = transform;
    const { classFrequencies, space, variances } = codebook;
    this.count = classFrequencies.length;
    this.dimension = space.dimension;
    this.weights = variances
      .subarray(0, Math.min(COMPARED_AXES, this.dimension))
      .map((variance) => BITS_PER_SQUARE$1 / (variance + NOISE));
    this.classBits = Float64Array.from(classFrequencies, (f) => 15 - log2(f));
    this.starts = new Uint16Array(this.count + 1);
    classFrequencies.forEach((f, i) => (this.starts[i + 1] = (this.starts[i] ?? 0) + f));
  }
  /** The class that a vector with these coordinates most likely belongs to. */
  nearest(coordinates) {
    let best = 0;
    let bestBits = Infinity;
    for (let index = 0; index < this.count; index += 1) {
      const bits = this.missBits(index, coordinates, bestBits);
      if (bits < bestBits) [best, bestBits] = [index, bits];
    }
    return best;
  }
  bits(index) {
    return this.classBits[index] ?? 0;
  }
  /** The mean along the codebook's axes. */
  coordinates(index) {
    return this.codebook.classMeans.subarray(index * this.dimension, (index + 1) * this.dimension);
  }
  /** The mean as a vector. */
  vector(index) {
    let vector = this.vectors.get(index);
    if (vector === void 0) {
      vector = new Float64Array(this.dimension);
      this.transform.addInverse(this.coordinates(index), vector);
      this.vectors.set(index, vector);
    }
    return vector;
  }
  write(coder, index) {
    const start = this.starts[index] ?? 0;
    coder.encode(start, (this.starts[index + 1] ?? 0) - start);
  }
  read(coder) {
    const share = coder.peek();
    let index = 0;
    while ((this.starts[index + 1] ?? 0) <= share) index += 1;
    const start = this.starts[index] ?? 0;
    coder.consume(start, (this.starts[index + 1] ?? 0) - start);
    return index;
  }
  /** Bits of this class and of what it leaves, given up beyond `limit`. */
  missBits(index, coordinates, limit) {
    const { weights } = this;
    const means = this.codebook.classMeans;
    const row = index * this.dimension;
    let bits = this.classBits[index] ?? 0;
    for (let start = 0; start < weights.length && bits < limit; start += AXES_AT_A_TIME) {
      const end = Math.min(start + AXES_AT_A_TIME, weights.length);
      for (let axis = start; axis < end; axis += 1) {
        const miss = (coordinates[axis] ?? 0) - (means[row + axis] ?? 0);
        bits += miss * miss * (weights[axis] ?? 0);
      }
    }
    return bits;
  }
};
// packages/embedding-codec/dist/codebook.js
var NORMAL_ONE = 16777216;
// packages/embedding-codec/dist/gaussian-forecast.js
/** 1 / (2 ln 2): bits in half a squared deviation. */
var BITS_PER_SQUARE = 0.7213475204444817;
/** Code length of Gaussian residuals with known variances, coded with known noise. */
var GaussianForecast = class {
  fixedBits;
  weights;
  constructor(variances, noises) {
    this.weights = variances.map((variance, i) => BITS_PER_SQUARE / (variance + (noises[i] ?? 0)));
    this.fixedBits = variances.reduce(
      (bits, variance, i) => bits + log2(1 + variance / (noises[i] ?? 1)) / 2,
      0,
    );
  }
  bits(residual) {
    const { weights } = this;
    let bits = this.fixedBits;
    for (let i = 0; i < weights.length; i += 1) {
      const value = residual[i] ?? 0;
      bits += value * value * (weights[i] ?? 0);
    }
    return bits;
  }
};
// packages/embedding-codec/dist/residual-quantizer.js
/** What a bit is worth in squared fine steps. Anything from .3 to .5 does as well. */
var LAMBDA = 0.4;
// packages/embedding-codec/dist/step-grid.js
var STEPS_PER_OCTAVE = 256;
/** How many steps a message can name: from 1 down to about 2^-16. */
var STEP_COUNT = 4096;
var fractions = fractionalPowers(STEPS_PER_OCTAVE);
/** The quantiser's step of an index: 2^(-index / 256), on the scale of unit vectors. */
function stepOfIndex(index) {
  let step = fractions[index % STEPS_PER_OCTAVE] ?? 1;
  for (let octave = Math.floor(index / STEPS_PER_OCTAVE); octave > 0; octave -= 1) step /= 2;
  return step;
}
/** The index of the coarsest step on the grid that is not coarser than `step`. */
function indexOfStep(step) {
  let index = 0;
  while (index < 4095 && stepOfIndex(index) > step * 1.0000001) index += 1;
  return index;
}
/** The factor on all variances: 2^(8 - scale), that is 3 dB a scale. */
function varianceFactor(scale) {
  let factor = 1;
  for (let i = scale; i < 8; i += 1) factor *= 2;
  for (let i = 8; i < scale; i += 1) factor /= 2;
  return factor;
}
// packages/embedding-codec/dist/symbols.js
var MAX_ESCAPE_BITS = 24;
/** Codes one of `count` equally likely symbols; count is at most 2^15. */
function encodeUniform(coder, symbol, count) {
  const start = Math.floor((symbol * PROBABILITY_ONE) / count);
  const end = Math.floor(((symbol + 1) * PROBABILITY_ONE) / count);
  coder.encode(start, end - start);
}
/** Reads what encodeUniform wrote. */
function decodeUniform(coder, count) {
  const share = coder.peek();
  const symbol = Math.floor(((share + 1) * count - 1) / PROBABILITY_ONE);
  const start = Math.floor((symbol * PROBABILITY_ONE) / count);
  const end = Math.floor(((symbol + 1) * PROBABILITY_ONE) / count);
  coder.consume(start, end - start);
  return symbol;
}
/** Codes a whole number from 0 to 2^24 - 2 in the Exp-Golomb code of order 0. */
function encodeEscape(coder, value) {
  const bits = bitLength$1(value + 1);
  for (let i = 1; i < bits; i += 1) encodeUniform(coder, 1, 2);
  encodeUniform(coder, 0, 2);
  for (let i = bits - 2; i >= 0; i -= 1) encodeUniform(coder, ((value + 1) >>> i) & 1, 2);
}
/**
 * Reads what encodeEscape wrote.
 * @throws CodecError `invalid-message` where it is larger than any encoder writes.
 */
function decodeEscape(coder) {
  let bits = 1;
  while (decodeUniform(coder, 2) === 1) {
    bits += 1;
    if (bits > MAX_ESCAPE_BITS)
      throw new CodecError('invalid-message', 'A coefficient is larger than any encoder writes.');
  }
  let value = 1;
  for (let i = 1; i < bits; i += 1) value = 2 * value + decodeUniform(coder, 2);
  return value - 1;
}
/** How many bits encodeEscape takes. */
function escapeBits(value) {
  return 2 * bitLength$1(value + 1) - 1;
}
function bitLength$1(value) {
  return 32 - Math.clz32(value);
}
/** A symbol's frequencies, learned while the message goes by: both sides count alike. */
var AdaptiveModel = class {
  increment;
  counts;
  total;
  /** @param counts what is expected before anything was seen, each at least 1. */
  constructor(counts, increment) {
    this.increment = increment;
    this.counts = [...counts];
    this.total = counts.reduce((sum, count) => sum + count, 0);
  }
  encode(coder, symbol) {
    const [start, end] = this.share(symbol);
    coder.encode(start, end - start);
    this.learn(symbol);
  }
  decode(coder) {
    const least = ((coder.peek() + 1) * this.total) / PROBABILITY_ONE;
    let [symbol, below, above] = [0, 0, this.counts[0] ?? 0];
    while (above < least) {
      symbol += 1;
      [below, above] = [above, above + (this.counts[symbol] ?? 0)];
    }
    const [start, end] = [this.toShare(below), this.toShare(above)];
    coder.consume(start, end - start);
    this.learn(symbol);
    return symbol;
  }
  bits(symbol) {
    const [start, end] = this.share(symbol);
    return 15 - log2(end - start);
  }
  share(symbol) {
    let below = 0;
    for (let i = 0; i < symbol; i += 1) below += this.counts[i] ?? 0;
    const above = below + (this.counts[symbol] ?? 0);
    return [this.toShare(below), this.toShare(above)];
  }
  toShare(sum) {
    return Math.floor((sum * PROBABILITY_ONE) / this.total);
  }
  learn(symbol) {
    if (this.total + this.increment > 32768) return;
    this.counts[symbol] = (this.counts[symbol] ?? 0) + this.increment;
    this.total += this.increment;
  }
};
// packages/embedding-codec/dist/download-quantizer.js
/** Coefficients of this class of sigma/step and below (11 dB under the step) are not sent. */
var LAST_SILENT_CLASS = 2;
/** Squared error of the trellis quantiser in squared fine steps, roughly. */
var NOISE_PER_SQUARE_STEP = 0.25;
/**
 * Least squared error: trellis-coded quantisation (Marcellin & Fischer 1990) in the form of
 * VVC's dependent quantisation. Quantiser 0 stands for 2k fine steps, quantiser 1 for 2k - sgn k,
 * both moved to the centroid of what was sent as k.
 */
var DownloadQuantizer = class {
  codebook;
  tables;
  trellis;
  search;
  step;
  classesOfScale = /* @__PURE__ */ new Map();
  forecasts = /* @__PURE__ */ new Map();
  symbols = /* @__PURE__ */ new Int32Array(4);
  costs = /* @__PURE__ */ new Float64Array(4);
  constructor(codebook, tables, trellis, search, step) {
    this.codebook = codebook;
    this.tables = tables;
    this.trellis = trellis;
    this.search = search;
    this.step = step;
  }
  forecastBits(residual, scale) {
    let forecast = this.forecasts.get(scale);
    if (forecast === void 0) {
      const variances = this.variances(scale);
      const noise = NOISE_PER_SQUARE_STEP * this.step * this.step;
      forecast = new GaussianForecast(variances, new Float64Array(variances.length).fill(noise));
      this.forecasts.set(scale, forecast);
    }
    return forecast.bits(residual);
  }
  quantize(residual, scale) {
    const classes = this.sigmaClasses(scale);
    this.search.start();
    for (let i = 0; i < classes.length; i += 1) {
      const value = (residual[i] ?? 0) / this.step;
      this.findCandidates(0, classes[i] ?? 0, value);
      this.findCandidates(1, classes[i] ?? 0, value);
      this.search.step(this.symbols, this.costs);
    }
    const symbols = new Int32Array(classes.length);
    let cost = this.search.finish(symbols);
    for (let i = classes.length; i < residual.length; i += 1) {
      const value = (residual[i] ?? 0) / this.step;
      cost += value * value;
    }
    return {
      symbols,
      cost,
    };
  }
  write(coder, symbols, scale) {
    const { maxSymbol } = this.codebook;
    const classes = this.sigmaClasses(scale);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const { starts } = this.table(state & 1, classes[i] ?? 0);
      const entry = clamp(symbol, maxSymbol) + maxSymbol;
      const start = starts[entry] ?? 0;
      coder.encode(start, (starts[entry + 1] ?? 0) - start);
      if (Math.abs(symbol) >= maxSymbol) encodeEscape(coder, Math.abs(symbol) - maxSymbol);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }
  read(coder, scale) {
    const { maxSymbol } = this.codebook;
    const classes = this.sigmaClasses(scale);
    const symbols = new Int32Array(classes.length);
    let state = 0;
    for (let i = 0; i < classes.length; i += 1) {
      const { starts } = this.table(state & 1, classes[i] ?? 0);
      const entry = findEntry(starts, coder.peek(), maxSymbol);
      const start = starts[entry] ?? 0;
      coder.consume(start, (starts[entry + 1] ?? 0) - start);
      let symbol = entry - maxSymbol;
      if (symbol === maxSymbol) symbol += decodeEscape(coder);
      else if (symbol === -maxSymbol) symbol -= decodeEscape(coder);
      symbols[i] = symbol;
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    }
    return symbols;
  }
  reconstruct(symbols, scale) {
    const classes = this.sigmaClasses(scale);
    const best = new Float64Array(this.codebook.variances.length);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const quantizer = state & 1;
      best[i] =
        this.centroid(quantizer, this.table(quantizer, classes[i] ?? 0), symbol) * this.step;
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
    return {
      unbiased: best,
      best,
    };
  }
  /** Shows a trainer what was sent. */
  observe(residual, symbols, scale, observer) {
    const classes = this.sigmaClasses(scale);
    let state = 0;
    symbols.forEach((symbol, i) => {
      observer(state & 1, classes[i] ?? 0, symbol, (residual[i] ?? 0) / this.step);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }
  variances(scale) {
    const factor = varianceFactor(scale);
    return this.codebook.variances.map((variance) => variance * factor);
  }
  /** Class of sigma/step of each coefficient that is sent; the variances fall. */
  sigmaClasses(scale) {
    let classes = this.classesOfScale.get(scale);
    if (classes === void 0) {
      const square = this.step * this.step;
      const all = Uint8Array.from(this.variances(scale), (variance) =>
        this.sigmaClass(variance / square),
      );
      const silent = all.findIndex((sigmaClass) => sigmaClass <= LAST_SILENT_CLASS);
      classes = silent < 0 ? all : all.slice(0, silent);
      this.classesOfScale.set(scale, classes);
    }
    return classes;
  }
  /** Quarter octaves of sigma/step, from its square. */
  sigmaClass(squareRatio) {
    const last = (this.tables[0]?.length ?? 1) - 1;
    return Math.max(0, Math.min(last, Math.round(2 * log2(squareRatio)) + 16));
  }
  table(quantizer, sigmaClass) {
    const table = this.tables[quantizer]?.[sigmaClass];
    if (table === void 0) throw new RangeError('A codebook without this table was accepted.');
    return table;
  }
  centroid(quantizer, table, symbol) {
    const { maxSymbol } = this.codebook;
    if (Math.abs(symbol) >= maxSymbol) return 2 * symbol - quantizer * Math.sign(symbol);
    return table.centroids[symbol + maxSymbol] ?? 0;
  }
  /** Sets the best symbol of either parity of one quantiser, and its cost. */
  findCandidates(quantizer, sigmaClass, value) {
    const table = this.table(quantizer, sigmaClass);
    const { costs } = this;
    const edge = 2 * quantizer;
    const middle =
      quantizer === 0 ? Math.round(value / 2) : Math.trunc((value + Math.sign(value)) / 2);
    costs[edge] = costs[edge + 1] = Infinity;
    for (let symbol = middle - 1; symbol <= middle + 1; symbol += 1)
      this.offer(quantizer, table, symbol, value);
    if (middle > 1 || middle < -1) this.offer(quantizer, table, 0, value);
  }
  offer(quantizer, table, symbol, value) {
    const { maxSymbol } = this.codebook;
    const size = Math.abs(symbol);
    let bits = table.bits[clamp(symbol, maxSymbol) + maxSymbol] ?? 0;
    if (size >= maxSymbol) bits += escapeBits(size - maxSymbol);
    const miss = value - this.centroid(quantizer, table, symbol);
    const cost = miss * miss + LAMBDA * bits;
    const edge = 2 * quantizer + (symbol & 1);
    if (cost < (this.costs[edge] ?? 0)) {
      this.costs[edge] = cost;
      this.symbols[edge] = symbol;
    }
  }
};
function clamp(symbol, limit) {
  return Math.max(-limit, Math.min(limit, symbol));
}
/** The entry that owns a share; most symbols are near zero, so the search starts there. */
function findEntry(starts, share, middle) {
  let entry = middle;
  while ((starts[entry] ?? 0) > share) entry -= 1;
  while ((starts[entry + 1] ?? 0) <= share) entry += 1;
  return entry;
}
// packages/embedding-codec/dist/klt.js
/** The rotation onto the codebook's axes (Karhunen-Loeve transform) and back. */
var KltTransform = class {
  basis;
  dimension;
  /** Starts of the rows in use, and what they are multiplied with. */
  rows;
  factors;
  constructor(basis, dimension) {
    this.basis = basis;
    this.dimension = dimension;
    this.rows = new Int32Array(dimension);
    this.factors = new Float64Array(dimension);
  }
  /** Coordinates of a vector along the axes. */
  forward(vector) {
    const { basis, dimension } = this;
    const coordinates = new Float64Array(dimension);
    const blocks = dimension - (dimension % 4);
    for (let axis = 0; axis < dimension; axis += 1) {
      const row = axis * dimension;
      let [a, b, c, d] = [0, 0, 0, 0];
      for (let i = 0; i < blocks; i += 4) {
        a += (basis[row + i] ?? 0) * (vector[i] ?? 0);
        b += (basis[row + i + 1] ?? 0) * (vector[i + 1] ?? 0);
        c += (basis[row + i + 2] ?? 0) * (vector[i + 2] ?? 0);
        d += (basis[row + i + 3] ?? 0) * (vector[i + 3] ?? 0);
      }
      for (let i = blocks; i < dimension; i += 1) a += (basis[row + i] ?? 0) * (vector[i] ?? 0);
      coordinates[axis] = a + b + (c + d);
    }
    return coordinates;
  }
  /** Adds the vector with these coordinates to `vector`. */
  addInverse(coordinates, vector) {
    const { basis, dimension, rows, factors } = this;
    let count = 0;
    for (let axis = 0; axis < dimension; axis += 1) {
      const value = coordinates[axis] ?? 0;
      if (value === 0) continue;
      rows[count] = axis * dimension;
      factors[count] = value;
      count += 1;
    }
    const inFours = count - (count % 4);
    for (let n = 0; n < inFours; n += 4) {
      const [a, b, c, d] = [rows[n] ?? 0, rows[n + 1] ?? 0, rows[n + 2] ?? 0, rows[n + 3] ?? 0];
      const [p, q] = [factors[n] ?? 0, factors[n + 1] ?? 0];
      const [r, s] = [factors[n + 2] ?? 0, factors[n + 3] ?? 0];
      for (let i = 0; i < dimension; i += 1) {
        const first = p * (basis[a + i] ?? 0) + q * (basis[b + i] ?? 0);
        const second = r * (basis[c + i] ?? 0) + s * (basis[d + i] ?? 0);
        vector[i] = (vector[i] ?? 0) + first + second;
      }
    }
    if (count - inFours >= 2) {
      const [a, b] = [rows[inFours] ?? 0, rows[inFours + 1] ?? 0];
      const [p, q] = [factors[inFours] ?? 0, factors[inFours + 1] ?? 0];
      for (let i = 0; i < dimension; i += 1) {
        const sum = p * (basis[a + i] ?? 0) + q * (basis[b + i] ?? 0);
        vector[i] = (vector[i] ?? 0) + sum;
      }
    }
    if (count % 2 === 1) {
      const [a, p] = [rows[count - 1] ?? 0, factors[count - 1] ?? 0];
      for (let i = 0; i < dimension; i += 1) vector[i] = (vector[i] ?? 0) + p * (basis[a + i] ?? 0);
    }
  }
  /**
   * Coordinates whose inverse is the vector itself. The basis is rounded to 8 bits and so not quite
   * orthonormal; an unbiased coder must not hand that error to every average.
   */
  forwardExact(vector) {
    const coordinates = this.forward(vector);
    const missing = new Float64Array(vector);
    this.addInverse(
      coordinates.map((value) => -value),
      missing,
    );
    const correction = this.forward(missing);
    return coordinates.map((value, axis) => value + (correction[axis] ?? 0));
  }
};
// packages/embedding-codec/dist/trellis.js
/** Lays out the state machine of a code. */
function createTrellis({ states, h0, h1 }) {
  const next = new Uint16Array(2 * states);
  const from = new Uint16Array(2 * states);
  const edge = new Uint8Array(2 * states);
  const ways = new Uint8Array(states);
  for (let state = 0; state < states; state += 1)
    for (let branch = 0; branch < 2; branch += 1) {
      const to = (state >> 1) ^ (state & 1 ? h0 >> 1 : 0) ^ (branch === 1 ? h1 >> 1 : 0);
      const way = 2 * to + (ways[to] ?? 0);
      next[2 * state + branch] = to;
      from[way] = state;
      edge[way] = 2 * (state & 1) + branch;
      ways[to] = (ways[to] ?? 0) + 1;
    }
  return {
    states,
    next,
    from,
    edge,
  };
}
/** Finds the cheapest path through a trellis (Viterbi 1967). Reused from vector to vector. */
var TrellisSearch = class {
  trellis;
  decisions;
  symbols;
  cost;
  nextCost;
  length = 0;
  constructor(trellis, dimension) {
    this.trellis = trellis;
    this.decisions = new Uint8Array(dimension * trellis.states);
    this.symbols = new Int32Array(4 * dimension);
    this.cost = new Float64Array(trellis.states);
    this.nextCost = new Float64Array(trellis.states);
  }
  /** Starts a new path in state 0. */
  start() {
    this.length = 0;
    this.cost.fill(Infinity);
    this.cost[0] = 0;
  }
  /** Takes one step: the best symbol of each edge, and what it costs. */
  step(candidates, costs) {
    const { trellis, cost, nextCost, decisions, symbols } = this;
    const { states, from, edge } = trellis;
    const place = 4 * this.length;
    for (let i = 0; i < 4; i += 1) symbols[place + i] = candidates[i] ?? 0;
    const base = this.length * states;
    for (let state = 0; state < states; state += 1) {
      const way = 2 * state;
      const first = (cost[from[way] ?? 0] ?? 0) + (costs[edge[way] ?? 0] ?? 0);
      const second = (cost[from[way + 1] ?? 0] ?? 0) + (costs[edge[way + 1] ?? 0] ?? 0);
      nextCost[state] = first <= second ? first : second;
      decisions[base + state] = first <= second ? 0 : 1;
    }
    this.cost = nextCost;
    this.nextCost = cost;
    this.length += 1;
  }
  /** Writes the symbols of the cheapest path and returns its cost; it may end in any state. */
  finish(symbols) {
    const { trellis, cost } = this;
    let state = 0;
    for (let i = 1; i < trellis.states; i += 1) if ((cost[i] ?? 0) < (cost[state] ?? 0)) state = i;
    const best = cost[state] ?? 0;
    for (let i = this.length - 1; i >= 0; i -= 1) {
      const way = 2 * state + (this.decisions[i * trellis.states + state] ?? 0);
      symbols[i] = this.symbols[4 * i + (trellis.edge[way] ?? 0)] ?? 0;
      state = trellis.from[way] ?? 0;
    }
    return best;
  }
};
// packages/embedding-codec/dist/table-costs.js
/** Prepares the tables [quantiser][class of sigma/step] of a codebook. */
function costTables(tables) {
  return tables.map((classes) =>
    classes.map(({ frequencies, centroids }) => {
      const starts = new Uint16Array(frequencies.length + 1);
      frequencies.forEach((frequency, i) => (starts[i + 1] = (starts[i] ?? 0) + frequency));
      return {
        starts,
        centroids,
        bits: Float64Array.from(frequencies, (value) => 15 - log2(value)),
      };
    }),
  );
}
// packages/embedding-codec/dist/upload-plans.js
/**
 * The plans of one step. Coefficient i, of variance l, gets the noise
 * D = l/2 (sqrt(1 + 4c/l) - 1) with c = step^2 / 4, which is cheaper than the same noise for all.
 */
var UploadPlans = class {
  codebook;
  step;
  plans = /* @__PURE__ */ new Map();
  constructor(codebook, step) {
    this.codebook = codebook;
    this.step = step;
  }
  ofScale(scale) {
    let plan = this.plans.get(scale);
    if (plan === void 0) {
      plan = this.createPlan(varianceFactor(scale));
      this.plans.set(scale, plan);
    }
    return plan;
  }
  createPlan(factor) {
    const variances = this.codebook.variances.map((variance) => variance * factor);
    const level = (this.step * this.step) / 4;
    const noises = variances.map((l) => (2 * level) / (1 + Math.sqrt(1 + (4 * level) / l)));
    const steps = noises.map((noise) => Math.sqrt(3 * noise * this.codebook.ditherGain));
    const sum = (i) => (variances[i] ?? 0) + (noises[i] ?? 0);
    return {
      steps,
      ratios: steps.map((step, i) => step / Math.sqrt(sum(i))),
      shrinkage: variances.map((variance, i) => variance / sum(i)),
      forecast: new GaussianForecast(variances, noises),
    };
  }
};
// packages/embedding-codec/dist/dither.js
var OFFSET_UNIT = 4 / 2147483648;
/**
 * Draws the dither of one vector of a message.
 * @param seed the message's 32 bits; @param index the vector's place in it.
 */
function drawDither(seed, index, dimension) {
  const offsets = new Float64Array(dimension);
  const signs = new Float64Array(dimension);
  const next = createGenerator(seed, index);
  for (let i = 0; i < dimension; i += 1) {
    const word = next();
    offsets[i] = (word >>> 1) * OFFSET_UNIT;
    signs[i] = (word & 1) === 0 ? 1 : -1;
  }
  return {
    offsets,
    signs,
  };
}
/** xoshiro128** (Blackman & Vigna 2018), seeded through MurmurHash3's finaliser. */
function createGenerator(seed, index) {
  let [a, b, c, d] = [1, 2, 3, 4].map((lane) =>
    finalise(finalise(seed ^ Math.imul(lane, 2654435769)) ^ Math.imul(index + 1, 2246822519)),
  );
  return () => {
    const scrambled = Math.imul(b, 5);
    const word = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return word;
  };
}
function finalise(word) {
  let hash = word;
  hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
  hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
  return hash ^ (hash >>> 16);
}
// packages/embedding-codec/dist/upload-quantizer.js
/** Symbols go from -MAX_SYMBOL to MAX_SYMBOL; the ends are followed by what is missing. */
var MAX_SYMBOL = 31;
/** What is left of 2^15 once every symbol has its 1. */
var SHARED = PROBABILITY_ONE - 63;
/**
 * Unbiased: entropy-coded dithered quantisation (Ziv 1985, Zamir & Feder 1992) on a trellis. The
 * dither covers the period of the code and signs are drawn, so the error has mean zero and does not
 * depend on the vector; the search looks at the error alone, for weighing bits would bias it.
 */
var UploadQuantizer = class {
  codebook;
  trellis;
  search;
  plans;
  seed;
  dithers = /* @__PURE__ */ new Map();
  candidates = /* @__PURE__ */ new Int32Array(4);
  costs = /* @__PURE__ */ new Float64Array(4);
  constructor(codebook, trellis, search, plans, seed) {
    this.codebook = codebook;
    this.trellis = trellis;
    this.search = search;
    this.plans = plans;
    this.seed = seed;
  }
  forecastBits(residual, scale) {
    return this.plans.ofScale(scale).forecast.bits(residual);
  }
  quantize(residual, scale, index) {
    const { steps } = this.plans.ofScale(scale);
    const { offsets, signs } = this.dither(index);
    this.search.start();
    for (let i = 0; i < residual.length; i += 1) {
      const value = ((signs[i] ?? 1) * (residual[i] ?? 0)) / (steps[i] ?? 1) + (offsets[i] ?? 0);
      for (let coset = 0; coset < 4; coset += 1) {
        const point = coset + 4 * Math.round((value - coset) / 4);
        const quantizer = coset & 1;
        const edge = 2 * quantizer + (coset >> 1);
        this.candidates[edge] = (point - quantizer) / 2;
        this.costs[edge] = (value - point) * (value - point);
      }
      this.search.step(this.candidates, this.costs);
    }
    const symbols = new Int32Array(residual.length);
    return {
      symbols,
      cost: this.search.finish(symbols),
    };
  }
  write(coder, symbols, scale, index) {
    const { ratios } = this.plans.ofScale(scale);
    const { offsets } = this.dither(index);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const origin = (state & 1) - 1 - (offsets[i] ?? 0);
      const ratio = ratios[i] ?? 1;
      const inner = Math.max(-31, Math.min(MAX_SYMBOL, symbol));
      const start = this.startOf(inner, origin, ratio);
      coder.encode(start, this.startOf(inner + 1, origin, ratio) - start);
      if (Math.abs(symbol) >= MAX_SYMBOL) encodeEscape(coder, Math.abs(symbol) - MAX_SYMBOL);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
  }
  read(coder, scale, index) {
    const { ratios } = this.plans.ofScale(scale);
    const { offsets } = this.dither(index);
    const symbols = new Int32Array(ratios.length);
    let state = 0;
    for (let i = 0; i < symbols.length; i += 1) {
      const origin = (state & 1) - 1 - (offsets[i] ?? 0);
      symbols[i] = this.readSymbol(coder, origin, ratios[i] ?? 1);
      state = this.trellis.next[2 * state + ((symbols[i] ?? 0) & 1)] ?? 0;
    }
    return symbols;
  }
  reconstruct(symbols, scale, index) {
    const { steps, shrinkage } = this.plans.ofScale(scale);
    const { offsets, signs } = this.dither(index);
    const unbiased = new Float64Array(symbols.length);
    const best = new Float64Array(symbols.length);
    let state = 0;
    symbols.forEach((symbol, i) => {
      const point = 2 * symbol + (state & 1) - (offsets[i] ?? 0);
      const value = (signs[i] ?? 1) * point * (steps[i] ?? 0);
      unbiased[i] = value;
      best[i] = value * (shrinkage[i] ?? 0);
      state = this.trellis.next[2 * state + (symbol & 1)] ?? 0;
    });
    return {
      unbiased,
      best,
    };
  }
  dither(index) {
    let dither = this.dithers.get(index);
    if (dither === void 0) {
      dither = drawDither(this.seed, index, this.codebook.variances.length);
      this.dithers.clear();
      this.dithers.set(index, dither);
    }
    return dither;
  }
  /** Reads one symbol, looking outwards from the one in the middle of the distribution. */
  readSymbol(coder, origin, ratio) {
    const share = coder.peek();
    let symbol = origin < -2 ? 1 : 0;
    let start = this.startOf(symbol, origin, ratio);
    let end = start;
    if (start <= share) {
      end = this.startOf(symbol + 1, origin, ratio);
      while (end <= share) {
        symbol += 1;
        start = end;
        end = this.startOf(symbol + 1, origin, ratio);
      }
    } else
      while (start > share) {
        symbol -= 1;
        end = start;
        start = this.startOf(symbol, origin, ratio);
      }
    coder.consume(start, end - start);
    if (symbol === MAX_SYMBOL) return symbol + decodeEscape(coder);
    if (symbol === -31) return symbol - decodeEscape(coder);
    return symbol;
  }
  /**
   * Where the share of a symbol begins. Given state and dither the points lie two fine steps apart,
   * so their probabilities are differences of one distribution function and telescope.
   */
  startOf(symbol, origin, ratio) {
    if (symbol <= -31) return 0;
    if (symbol > MAX_SYMBOL) return PROBABILITY_ONE;
    return symbol + MAX_SYMBOL + Math.floor(SHARED * this.normal((2 * symbol + origin) * ratio));
  }
  /** The normal distribution function, interpolated in the codebook's integers. */
  normal(sigmas) {
    const { normal } = this.codebook;
    const place = Math.abs(sigmas) * 128;
    const last = 1024;
    let half = (normal[last] ?? 0) / NORMAL_ONE;
    if (place < last) {
      const below = Math.floor(place);
      const value = normal[below] ?? 0;
      half = (value + ((normal[below + 1] ?? 0) - value) * (place - below)) / NORMAL_ONE;
    }
    return sigmas < 0 ? 0.5 - half : 0.5 + half;
  }
};
// packages/embedding-codec/dist/codec-context.js
/** What encoder and decoder derive from a codebook once. */
var CodecContext = class {
  codebook;
  transform;
  classes;
  tables;
  trellis;
  search;
  atStep;
  constructor(codebook) {
    this.codebook = codebook;
    const { basis, space, trellis } = codebook;
    this.transform = new KltTransform(basis, space.dimension);
    this.classes = new ClassMeans(codebook, this.transform);
    this.tables = costTables(codebook.tables);
    this.trellis = createTrellis(trellis);
    this.search = new TrellisSearch(this.trellis, space.dimension);
  }
  get dimension() {
    return this.codebook.space.dimension;
  }
  /** The quantiser that a header names. Messages at one step share what it has derived. */
  quantizer({ mode, stepIndex, seed }) {
    const { codebook, trellis, search } = this;
    if (this.atStep?.stepIndex !== stepIndex) {
      const step = stepOfIndex(stepIndex);
      this.atStep = {
        stepIndex,
        download: new DownloadQuantizer(codebook, this.tables, trellis, search, step),
        plans: new UploadPlans(codebook, step),
      };
    }
    const { download, plans } = this.atStep;
    return mode === 'download'
      ? download
      : new UploadQuantizer(codebook, trellis, search, plans, seed);
  }
};
// packages/embedding-codec/dist/cosine.js
/**
 * Cosine of the angle between two vectors; 1 where one of them is zero.
 * @example
 * ```ts
 * import { cosineSimilarity } from '@omega-tv/embedding-codec';
 *
 * console.log(cosineSimilarity([3, 4], [6, 8]), cosineSimilarity([1, 0], [0, 2])); // => 1 0
 * ```
 */
function cosineSimilarity(a, b) {
  let [dot, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    dot += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return squareA === 0 || squareB === 0 ? 1 : dot / (Math.sqrt(squareA) * Math.sqrt(squareB));
}
// packages/embedding-codec/dist/message-format.js
var HEADER_BYTES = {
  download: 2,
  upload: 6,
};
/** Writes a header: 2 bits version (0), 1 bit mode, 1 bit zero, 12 bits step, 32 bits seed. */
function headerToBytes({ mode, stepIndex, seed }) {
  const bytes = new Uint8Array(HEADER_BYTES[mode]);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, (mode === 'upload' ? 8192 : 0) | stepIndex);
  if (mode === 'upload') view.setUint32(2, seed);
  return bytes;
}
/** @throws CodecError `invalid-message`. */
function splitMessage(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = bytes.length < 2 ? 65535 : view.getUint16(0);
  const mode = word & 8192 ? 'upload' : 'download';
  const length = HEADER_BYTES[mode];
  if ((word & 53248) !== 0 || bytes.length < length)
    throw new CodecError(
      'invalid-message',
      'The message does not start with a header of version 0.',
    );
  const seed = mode === 'upload' ? view.getUint32(2) : 0;
  return [
    {
      mode,
      stepIndex: word & 4095,
      seed,
    },
    bytes.subarray(length),
  ];
}
/** The quantiser's step of a message. @throws CodecError `invalid-message`. */
function stepOfMessage(bytes) {
  return stepOfIndex(splitMessage(bytes)[0].stepIndex);
}
/** The mode of a message. @throws CodecError `invalid-message`. */
function modeOfMessage(bytes) {
  return splitMessage(bytes)[0].mode;
}
/** How a vector's length is sent. */
var NormKind = {
  unit: 0,
  near: 1,
  far: 2,
  zero: 3,
};
/** What a vector is predicted from. */
var PredictionKind = {
  classMean: 0,
  scaledClassMean: 1,
  reference: 2,
  earlier: 3,
};
/** The models at the start of a message. */
function createMessageModels(references) {
  const kinds = references > 0 ? [8, 1, 16, 3] : [28, 1, 0, 3];
  const scales = Array.from({ length: 24 }, (_, scale) => {
    const distance = Math.abs(scale - 8 - 4);
    return distance <= 1 ? 8 : distance <= 3 ? 4 : 1;
  });
  return {
    norm: new AdaptiveModel([250, 4, 1, 1], 24),
    kind: new AdaptiveModel(kinds, 6),
    scale: new AdaptiveModel(scales, 8),
  };
}
// packages/embedding-codec/dist/range-decoder.js
var RENORMALISE_BELOW$1 = 16777216;
/** The encoder leaves out at most the 32 bits that the reader is ahead. */
var MAX_BYTES_AHEAD = 4;
/** Reads what RangeEncoder wrote. It never reads outside `bytes` and stops soon behind their end. */
var RangeDecoder = class {
  bytes;
  position = 0;
  code = 0;
  range = 4294967295;
  unit = 0;
  constructor(bytes) {
    this.bytes = bytes;
    for (let i = 0; i < MAX_BYTES_AHEAD; i += 1) this.shift();
  }
  /** Which of the 2^15 shares the next symbol owns; `consume` must follow. */
  peek() {
    this.unit = this.range >>> 15;
    const share = Math.floor(this.code / this.unit);
    return share < 32768 ? share : PROBABILITY_ONE - 1;
  }
  /**
   * Passes the symbol that owns [start, start + size).
   * @throws CodecError `invalid-message` where the bytes ended before.
   */
  consume(start, size) {
    const below = this.unit * start;
    this.code -= below;
    this.range = start + size === 32768 ? this.range - below : this.unit * size;
    while (this.range < RENORMALISE_BELOW$1) {
      this.range *= 256;
      this.shift();
    }
  }
  /**
   * Checks that the message ended where its symbols did.
   * @throws CodecError `invalid-message` where bytes were left or missing.
   */
  finish() {
    if (this.bytes.length > this.position)
      throw new CodecError(
        'invalid-message',
        `${this.bytes.length - this.position} bytes are left behind the last vector.`,
      );
  }
  shift() {
    if (this.position >= this.bytes.length + MAX_BYTES_AHEAD)
      throw new CodecError('invalid-message', 'The message ends inside a vector.');
    this.code = this.code * 256 + (this.bytes[this.position] ?? 0);
    this.position += 1;
  }
};
// packages/embedding-codec/dist/to-float32.js
var LARGEST = 34028234663852886e22;
/** A vector times its length, in 32-bit floats; beyond their range it stops at their largest. */
function toFloat32(vector, norm) {
  const floats = new Float32Array(vector.length);
  for (let i = 0; i < floats.length; i += 1)
    floats[i] = Math.max(-34028234663852886e22, Math.min(LARGEST, (vector[i] ?? 0) * norm));
  return floats;
}
// packages/embedding-codec/dist/vector-norm.js
/** Vectors this near to unit length count as such. */
var UNIT_TOLERANCE = 1 / 1024;
var MANTISSAS = 64;
/** Exponents of near lengths: 1/8 to 2. */
var NEAR = {
  first: -3,
  count: 4,
};
/** Of all others; 32-bit floats of any dimension lie within. */
var FAR = {
  first: -192,
  count: 384,
};
var UNIT = {
  kind: NormKind.unit,
  exponent: 0,
  mantissa: 0,
};
var ZERO = {
  kind: NormKind.zero,
  exponent: 0,
  mantissa: 0,
};
/**
 * Measures a vector.
 * @throws CodecError `invalid-vector` for NaN, infinity or a wrong dimension.
 */
function measureNorm(vector, dimension) {
  if (vector.length !== dimension)
    throw new CodecError(
      'invalid-vector',
      `A vector has ${vector.length} coordinates; the codebook is for ${dimension}.`,
    );
  let square = 0;
  for (let i = 0; i < dimension; i += 1) square += (vector[i] ?? 0) * (vector[i] ?? 0);
  const length = Math.sqrt(square);
  if (!(length < 1e57))
    throw new CodecError(
      'invalid-vector',
      'A vector holds NaN, infinity or numbers outside the range of 32-bit floats.',
    );
  if (Math.abs(length - 1) <= UNIT_TOLERANCE) return UNIT;
  if (length < 1e-57) return ZERO;
  let [exponent, mantissa] = [0, length];
  for (; mantissa >= 2; exponent += 1) mantissa /= 2;
  for (; mantissa < 1; exponent -= 1) mantissa *= 2;
  return {
    kind:
      exponent >= NEAR.first && exponent < NEAR.first + NEAR.count ? NormKind.near : NormKind.far,
    exponent,
    mantissa: Math.floor((mantissa - 1) * MANTISSAS),
  };
}
/** The length that the decoder sees. */
function normValue({ kind, exponent, mantissa }) {
  if (kind === NormKind.unit) return 1;
  if (kind === NormKind.zero) return 0;
  let value = 1 + (mantissa + 0.5) / MANTISSAS;
  for (let i = 0; i < exponent; i += 1) value *= 2;
  for (let i = 0; i > exponent; i -= 1) value /= 2;
  return value;
}
/** Writes what follows the kind. */
function encodeNorm(coder, { kind, exponent, mantissa }) {
  if (kind === NormKind.unit || kind === NormKind.zero) return;
  const { first, count } = kind === NormKind.near ? NEAR : FAR;
  encodeUniform(coder, exponent - first, count);
  encodeUniform(coder, mantissa, MANTISSAS);
}
/** Reads what follows the kind. */
function decodeNorm(coder, kind) {
  if (kind === NormKind.unit) return UNIT;
  if (kind === NormKind.zero) return ZERO;
  const { first, count } = kind === NormKind.near ? NEAR : FAR;
  return {
    kind,
    exponent: first + decodeUniform(coder, count),
    mantissa: decodeUniform(coder, MANTISSAS),
  };
}
// packages/embedding-codec/dist/message-decoder.js
/** Decodes a message. @throws CodecError `invalid-message`. */
function decodeMessage(context, bytes, { count, references = [], unbiased = false }) {
  const [header, body] = splitMessage(bytes);
  const quantizer = context.quantizer(header);
  const models = createMessageModels(references.length);
  const coder = new RangeDecoder(body);
  /** Those in the window, the latest first. */
  const earlier = [];
  const decoded = [];
  for (let index = 0; index < count; index += 1) {
    const norm = decodeNorm(coder, models.norm.decode(coder));
    if (norm.kind === NormKind.zero) {
      decoded.push(new Float32Array(context.dimension));
      continue;
    }
    const { prediction, scale } = readPrediction();
    const residual = quantizer.reconstruct(quantizer.read(coder, scale, index), scale, index);
    const best = add(prediction, residual.best);
    earlier.unshift(best);
    if (earlier.length > 64) earlier.pop();
    const vector = unbiased ? add(prediction, residual.unbiased) : best;
    decoded.push(toFloat32(vector, normValue(norm)));
  }
  coder.finish();
  return decoded;
  function readPrediction() {
    const kind = models.kind.decode(coder);
    if (kind === PredictionKind.classMean)
      return {
        prediction: context.classes.vector(context.classes.read(coder)),
        scale: 8,
      };
    const scale = Math.min(models.scale.decode(coder), 23);
    if (kind === PredictionKind.scaledClassMean)
      return {
        prediction: context.classes.vector(context.classes.read(coder)),
        scale,
      };
    const among = kind === PredictionKind.reference ? references : earlier;
    if (among.length === 0)
      throw new CodecError(
        'invalid-message',
        'A vector refers to an earlier one, but is the first.',
      );
    return {
      prediction: among[decodeUniform(coder, among.length)] ?? [],
      scale,
    };
  }
  function add(prediction, residual) {
    const vector = new Float64Array(prediction);
    context.transform.addInverse(residual, vector);
    return vector;
  }
}
// packages/embedding-codec/dist/range-encoder.js
var FULL = 4294967296;
var RENORMALISE_BELOW = 16777216;
/** What 0 to 4 further bytes resolve of the 32 bits of `low`. */
var RESOLUTIONS = [FULL, 16777216, 65536, 256, 1];
/**
 * A 32-bit range coder with carry (Martin 1979, byte by byte). The bytes written so far are the
 * leading digits of a number in base 256; `low` and `range` count in 2^-32 of their last digit.
 */
var RangeEncoder = class {
  bytes = /* @__PURE__ */ new Uint8Array(256);
  length = 0;
  low = 0;
  range = 4294967295;
  /** Codes a symbol that owns [start, start + size) of 2^15. */
  encode(start, size) {
    const unit = this.range >>> 15;
    this.low += unit * start;
    this.range = start + size === 32768 ? this.range - unit * start : unit * size;
    this.carry();
    while (this.range < RENORMALISE_BELOW) {
      this.push();
      this.range *= 256;
    }
  }
  /** The shortest bytes that decode to what was coded. The encoder is spent afterwards. */
  finish() {
    const end = this.low + this.range;
    for (const [count, resolution] of RESOLUTIONS.entries()) {
      const value = Math.ceil(this.low / resolution) * resolution;
      if (value >= end) continue;
      this.low = value;
      this.carry();
      for (let i = 0; i < count; i += 1) this.push();
      break;
    }
    return this.bytes.slice(0, this.length);
  }
  carry() {
    if (this.low < FULL) return;
    this.low -= FULL;
    let digit = this.length - 1;
    while (this.bytes[digit] === 255) {
      this.bytes[digit] = 0;
      digit -= 1;
    }
    this.bytes[digit] = (this.bytes[digit] ?? 0) + 1;
  }
  push() {
    if (this.length === this.bytes.length) {
      const larger = new Uint8Array(2 * this.length);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const digit = Math.floor(this.low / RENORMALISE_BELOW);
    this.bytes[this.length] = digit;
    this.length += 1;
    this.low = (this.low - digit * RENORMALISE_BELOW) * 256;
  }
};
// packages/embedding-codec/dist/message-encoder.js
/** A forecast this much worse than the best one is not tried. */
var MAX_FORECAST_LOSS_BITS = 12;
/** An earlier vector is worth a look where it leaves less than this share of what the class does. */
var MAX_ENERGY_SHARE = 0.9;
/** Codes prepared vectors at one step. */
function encodeMessage(context, vectors, references, header) {
  const quantizer = context.quantizer(header);
  const models = createMessageModels(references.length);
  const coder = new RangeEncoder();
  /** Those in the window, the latest first. */
  const earlier = [];
  const decoded = [];
  vectors.forEach((vector, index) => {
    models.norm.encode(coder, vector.norm.kind);
    encodeNorm(coder, vector.norm);
    if (vector.norm.kind === NormKind.zero) {
      decoded.push(new Float32Array(context.dimension));
      return;
    }
    const [candidate, { symbols }] = choose(vector, index);
    write(candidate);
    quantizer.write(coder, symbols, candidate.scale, index);
    const best = new Float64Array(candidate.prediction);
    context.transform.addInverse(quantizer.reconstruct(symbols, candidate.scale, index).best, best);
    earlier.unshift(best);
    if (earlier.length > 64) earlier.pop();
    decoded.push(toFloat32(best, vector.normValue));
  });
  const [start, body] = [headerToBytes(header), coder.finish()];
  const bytes = new Uint8Array(start.length + body.length);
  bytes.set(start);
  bytes.set(body, start.length);
  return {
    bytes,
    decoded,
  };
  function choose(vector, index) {
    const candidates = [
      ...classCandidates(vector),
      ...referenceCandidates(vector),
      ...earlierCandidates(vector),
    ];
    const bits = candidates.map(({ sideBits, forecastBits }) => sideBits + forecastBits);
    const fewest = Math.min(...bits);
    const slack = header.mode === 'upload' ? 0 : MAX_FORECAST_LOSS_BITS;
    const tried = candidates.filter((_, i) => (bits[i] ?? 0) <= fewest + slack);
    let best;
    let bestCost = Infinity;
    for (const candidate of tried) {
      const quantized = quantizer.quantize(candidate.residual, candidate.scale, index);
      const cost = quantized.cost + LAMBDA * candidate.sideBits;
      if (best === void 0 || cost < bestCost) [best, bestCost] = [[candidate, quantized], cost];
    }
    if (best === void 0) throw new RangeError('A vector without a class was prepared.');
    return best;
  }
  function classCandidates({ classIndex, classResidual }) {
    const plain = PredictionKind.classMean;
    const common = {
      prediction: context.classes.vector(classIndex),
      residual: classResidual,
      choice: classIndex,
      choices: context.classes.count,
    };
    const classBits = context.classes.bits(classIndex);
    const forecastBits = quantizer.forecastBits(classResidual, 8);
    const sideBits = models.kind.bits(plain) + classBits;
    const unscaled = {
      ...common,
      kind: plain,
      scale: 8,
      sideBits,
      forecastBits,
    };
    const scaled = withScale(
      {
        ...common,
        kind: PredictionKind.scaledClassMean,
      },
      classBits,
    );
    return scaled.sideBits + scaled.forecastBits < sideBits + forecastBits
      ? [unscaled, scaled]
      : [unscaled];
  }
  function referenceCandidates(vector) {
    return vector.nearReferences.map(({ index, residual }) => {
      const choices = references.length;
      const prediction = references[index] ?? [];
      const kind = PredictionKind.reference;
      return withScale(
        {
          kind,
          prediction,
          residual,
          choice: index,
          choices,
        },
        log2(choices),
      );
    });
  }
  function earlierCandidates(vector) {
    let [nearest, energy] = [-1, MAX_ENERGY_SHARE * vector.classEnergy];
    earlier.forEach((other, i) => {
      const distance = squaredDistance(vector.unit, other, energy);
      if (distance < energy) [nearest, energy] = [i, distance];
    });
    const prediction = earlier[nearest];
    if (prediction === void 0) return [];
    const residual = vector.residualTo(prediction);
    const kind = PredictionKind.earlier;
    const choices = earlier.length;
    return [
      withScale(
        {
          kind,
          prediction,
          residual,
          choice: nearest,
          choices,
        },
        log2(choices),
      ),
    ];
  }
  function withScale(start, choiceBits) {
    const [scale, forecastBits, scaleBits] = bestScale(quantizer, start.residual, models.scale);
    const sideBits = models.kind.bits(start.kind) + choiceBits + scaleBits;
    return {
      ...start,
      scale,
      sideBits,
      forecastBits,
    };
  }
  function write({ kind, scale, choice, choices }) {
    models.kind.encode(coder, kind);
    if (kind !== PredictionKind.classMean) models.scale.encode(coder, scale);
    if (kind === PredictionKind.classMean || kind === PredictionKind.scaledClassMean)
      context.classes.write(coder, choice);
    else encodeUniform(coder, choice, choices);
  }
}
/** The scale of fewest bits, forecast and its own, found downhill from the trained variances. */
function bestScale(quantizer, residual, model) {
  const forecast = (scale) => quantizer.forecastBits(residual, scale);
  let [scale, bits] = [8, forecast(8)];
  for (const direction of [1, -1])
    for (let next = scale + direction; next >= 0 && next < 24; next += direction) {
      const nextBits = forecast(next);
      if (nextBits >= bits) break;
      [scale, bits] = [next, nextBits];
    }
  return [scale, bits, model.bits(scale)];
}
function squaredDistance(a, b, limit) {
  let sum = 0;
  for (let start = 0; start < a.length && sum < limit; start += 64) {
    const end = Math.min(start + 64, a.length);
    for (let i = start; i < end; i += 1) {
      const miss = (a[i] ?? 0) - (b[i] ?? 0);
      sum += miss * miss;
    }
  }
  return sum;
}
// packages/embedding-codec/dist/prepare-vector.js
/** How many of the references are tried on a vector. */
var REFERENCES_TRIED = 2;
/**
 * Prepares a vector for coding.
 * @throws CodecError `invalid-vector`.
 */
function prepareVector(context, vector, references, mode) {
  const { transform, classes, dimension } = context;
  const norm = measureNorm(vector, dimension);
  const length = normValue(norm);
  const unit = new Float64Array(vector).map((value) => (length === 0 ? 0 : value / length));
  const project = (values) =>
    mode === 'upload' ? transform.forwardExact(values) : transform.forward(values);
  const residualTo = (prediction) => project(unit.map((value, i) => value - (prediction[i] ?? 0)));
  const coordinates = project(unit);
  const classIndex = classes.nearest(coordinates);
  const means = classes.coordinates(classIndex);
  const classResidual = coordinates.map((value, axis) => value - (means[axis] ?? 0));
  const nearReferences = nearestReferences(unit, references).map((index) => ({
    index,
    residual: residualTo(references[index] ?? []),
  }));
  return {
    norm,
    normValue: length,
    unit,
    classIndex,
    classResidual,
    classEnergy: classResidual.reduce((sum, value) => sum + value * value, 0),
    nearReferences,
    residualTo,
  };
}
function nearestReferences(unit, references) {
  const distances = references.map((reference) =>
    unit.reduce((sum, value, i) => {
      const miss = value - (reference[i] ?? 0);
      return sum + miss * miss;
    }, 0),
  );
  return [...distances.keys()]
    .sort((a, b) => (distances[a] ?? 0) - (distances[b] ?? 0) || a - b)
    .slice(0, REFERENCES_TRIED);
}
// packages/embedding-codec/dist/rate-control.js
/**
 * The finest step whose real size fits: bisected, after a gallop away from the guess.
 * @throws CodecError `budget-too-small` where the coarsest does not fit.
 */
function finestThatFits(encodeAt, budgetBytes, guess) {
  let best;
  let [fitting, tooLarge] = [-1, STEP_COUNT];
  const visit = (index) => {
    const message = encodeAt(index);
    if (message.bytes.length <= budgetBytes) {
      fitting = index;
      best = [index, message];
    } else tooLarge = index;
  };
  visit(guess);
  for (let stride = 4; fitting < 0 && tooLarge > 0; stride *= 4)
    visit(Math.max(0, tooLarge - stride));
  for (let stride = 4; tooLarge === 4096 && fitting < 4095; stride *= 4)
    visit(Math.min(STEP_COUNT - 1, fitting + stride));
  while (tooLarge - fitting > 1) visit((fitting + tooLarge) >> 1);
  if (best === void 0)
    throw new CodecError(
      'budget-too-small',
      `Even at the coarsest step the vectors take more than the budget of ${budgetBytes} bytes.`,
    );
  return best;
}
/**
 * Bisects to the coarsest step that serves.
 * @throws CodecError `invalid-option` where the finest does not.
 */
function coarsestThatServes(encodeAt, serves) {
  const finest = STEP_COUNT - 1;
  let best = [finest, encodeAt(finest)];
  if (!serves(best[1]))
    throw new CodecError(
      'invalid-option',
      'No step is fine enough for the lowest cosine asked for.',
    );
  let [failing, serving] = [-1, finest];
  while (serving - failing > 1) {
    const index = (failing + serving) >> 1;
    const message = encodeAt(index);
    if (serves(message)) {
      serving = index;
      best = [index, message];
    } else failing = index;
  }
  return best;
}
/** Grid steps that keep one vector's size from passing the budget by the luck of its dither. */
var MARGIN_STEPS = 24;
/**
 * A step for a dithered message. The size depends on the dither, so the finest step that fits
 * would be a choice by the dither, and would bias what is decoded (3 % of the error of one vector
 * alone, measured). The step of another draw less a margin is none, but for the few that miss.
 * @throws CodecError `budget-too-small` where the coarsest does not fit.
 */
function unbiasedFit(budgetBytes, encodeAt, pilotIndex, vectors) {
  const margin = Math.ceil(MARGIN_STEPS / Math.sqrt(Math.max(1, vectors)));
  let index = Math.max(0, pilotIndex - margin);
  for (let stride = margin; ; stride *= 2) {
    const message = encodeAt(index);
    if (message.bytes.length <= budgetBytes) return [index, message];
    if (index === 0)
      throw new CodecError(
        'budget-too-small',
        `The vectors take at least ${message.bytes.length} bytes; the budget is ${budgetBytes}.`,
      );
    index = Math.max(0, index - stride);
  }
}
// packages/embedding-codec/dist/embedding-codec.js
var SEEDS = 4294967296;
/** Of a message of many vectors, about so many find the step to start from. */
var PILOT_VECTORS = 32;
/** Of about 64 bytes a vector. */
var TYPICAL_STEP_INDEX = 1367;
/** References beyond are no embeddings, and their squares would overflow. */
var MAX_COORDINATE = 16;
/**
 * Makes a codec of a codebook.
 * @throws CodecError `invalid-codebook` for what `parseCodebook` did not make.
 * @example
 * ```ts
 * import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
 * import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
 *
 * const codec = createEmbeddingCodec(readMiniLmCodebook());
 * const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14); // yours: MiniLM
 * const rate = { budgetBytes: 64 };
 * const { bytes, decoded } = codec.encode([embedding], { mode: 'download', rate });
 * console.log(bytes.length <= 64); // => true
 * const [same] = codec.decode(bytes, { count: 1 });
 * console.log(same.every((value, i) => value === decoded[0][i])); // => true
 * ```
 */
function createEmbeddingCodec(codebook) {
  if (!isCodebook(codebook))
    throw new CodecError(
      'invalid-codebook',
      'This is no codebook; parseCodebook() makes one of the bytes of its file.',
    );
  const context = new CodecContext(codebook);
  return {
    codebook,
    encode: (vectors, options) => encode$1(context, vectors, options),
    decode(bytes, options) {
      checkCounts('count', options.count, options.references);
      checkReferences(context, options.references);
      return decodeMessage(context, bytes, options);
    },
  };
}
/** Callers without types may pass the file's bytes. */
function isCodebook(value) {
  return typeof value === 'object' && value !== null && 'basis' in value && 'tables' in value;
}
function encode$1(context, vectors, options) {
  checkEncodeOptions(options);
  const { mode, references = [] } = options;
  checkCounts('vectors', vectors.length, references);
  checkReferences(context, references);
  const prepared = vectors.map((vector) => prepareVector(context, vector, references, mode));
  const drawSeed = () =>
    options.mode === 'upload' ? Math.floor(options.random.next() * SEEDS) >>> 0 : 0;
  const seed = drawSeed();
  const encoderOf =
    (some, someSeed = seed) =>
    (stepIndex) => {
      const coded = encodeMessage(context, some, references, {
        mode,
        stepIndex,
        seed: someSeed,
      });
      if (some === prepared) options.onTry?.(coded.bytes.length, stepOfIndex(stepIndex));
      return coded;
    };
  const cosines = ({ decoded }) =>
    decoded.map((vector, i) => cosineSimilarity(vector, vectors[i] ?? []));
  const { rate } = options;
  const [stepIndex, message] =
    mode === 'upload' && 'budgetBytes' in rate
      ? unbiasedFit(rate.budgetBytes, encoderOf(prepared), atDrawnSeed(), prepared.length)
      : atRate(rate, prepared, encoderOf, (coded) =>
          cosines(coded).reduce((least, cosine) => Math.min(least, cosine), 1),
        );
  const { bytes, decoded } = message;
  return {
    bytes,
    mode,
    step: stepOfIndex(stepIndex),
    decoded,
    cosines: cosines(message),
  };
  /** The step that serves another draw of the dither; 0 where none does. */
  function atDrawnSeed() {
    const pilotSeed = drawSeed();
    try {
      return atRate(
        rate,
        prepared,
        (some) => encoderOf(some, pilotSeed),
        () => 1,
      )[0];
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return 0;
      throw error;
    }
  }
}
function atRate(rate, vectors, encoderOf, minCosine) {
  const encodeAt = encoderOf(vectors);
  if ('step' in rate) {
    const index = indexOfStep(rate.step);
    return [index, encodeAt(index)];
  }
  if ('minCosine' in rate)
    return coarsestThatServes(encodeAt, (coded) => minCosine(coded) >= rate.minCosine);
  return finestThatFits(encodeAt, rate.budgetBytes, guessStep(rate.budgetBytes));
  /** The step that serves a few of many vectors will nearly serve all. */
  function guessStep(budgetBytes) {
    if (vectors.length < 64) return TYPICAL_STEP_INDEX;
    const stride = Math.floor(vectors.length / PILOT_VECTORS);
    const pilot = vectors.filter((_, i) => i % stride === 0);
    const share = Math.floor((budgetBytes * pilot.length) / vectors.length);
    try {
      return finestThatFits(encoderOf(pilot), share, TYPICAL_STEP_INDEX)[0];
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return 0;
      throw error;
    }
  }
}
function checkReferences({ dimension }, references = []) {
  for (const reference of references)
    if (reference.length !== dimension || !isWithinRange(reference, dimension))
      throw new CodecError(
        'invalid-vector',
        `A reference must have ${dimension} coordinates from -${MAX_COORDINATE} to ${MAX_COORDINATE}.`,
      );
}
/** A loop, for a decoder checks many references, and a callback for each coordinate costs time. */
function isWithinRange(reference, dimension) {
  for (let i = 0; i < dimension; i += 1)
    if (!(Math.abs(reference[i] ?? 0) <= MAX_COORDINATE)) return false;
  return true;
}
// packages/embedding-codec/dist/sha256.js
/** SHA-256 (FIPS 180-4) in plain integers: the package has no dependency, and engines differ. */
function sha256(bytes) {
  const padded = pad(bytes);
  const view = new DataView(padded.buffer);
  const hash = Uint32Array.from(INITIAL);
  const schedule = /* @__PURE__ */ new Uint32Array(64);
  for (let start = 0; start < padded.length; start += 64) {
    for (let i = 0; i < 16; i += 1) schedule[i] = view.getUint32(start + 4 * i);
    compress(hash, schedule);
  }
  const digest = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(32));
  hash.forEach((word, i) => {
    digest.setUint32(4 * i, word);
  });
  return new Uint8Array(digest.buffer);
}
var INITIAL = [
  1779033703, 3144134277, 1013904242, 2773480762, 1359893119, 2600822924, 528734635, 1541459225,
];
/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
var ROUND = Uint32Array.from(
  '428a2f9871374491b5c0fbcfe9b5dba53956c25b59f111f1923f82a4ab1c5ed5d807aa9812835b01243185be550c7dc372be5d7480deb1fe9bdc06a7c19bf174e49b69c1efbe47860fc19dc6240ca1cc2de92c6f4a7484aa5cb0a9dc76f988da983e5152a831c66db00327c8bf597fc7c6e00bf3d5a7914706ca63511429296727b70a852e1b21384d2c6dfc53380d13650a7354766a0abb81c2c92e92722c85a2bfe8a1a81a664bc24b8b70c76c51a3d192e819d6990624f40e3585106aa07019a4c1161e376c082748774c34b0bcb5391c0cb34ed8aa4a5b9cca4f682e6ff3748f82ee78a5636f84c878148cc7020890befffaa4506cebbef9a3f7c67178f2'.match(
    /.{8}/g,
  ) ?? [],
  (word) => parseInt(word, 16),
);
function pad(bytes) {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const padded = new Uint8Array(length);
  padded.set(bytes);
  padded[bytes.length] = 128;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor(bytes.length / 536870912));
  view.setUint32(length - 4, (bytes.length << 3) >>> 0);
  return padded;
}
function rotate(word, bits) {
  return (word >>> bits) | (word << (32 - bits));
}
function compress(hash, w) {
  for (let i = 16; i < 64; i += 1) {
    const [a, b] = [w[i - 15] ?? 0, w[i - 2] ?? 0];
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3);
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10);
    w[i] = (w[i - 16] ?? 0) + low + (w[i - 7] ?? 0) + high;
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let i = 0; i < 64; i += 1) {
    const mix = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + mix + choice + (ROUND[i] ?? 0) + (w[i] ?? 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    hash[i] = (hash[i] ?? 0) + word;
  });
}
// packages/compression/dist/v2/malformed.js
/** A frame that no encoder writes, or that arrived damaged. */
function malformed(found, cause) {
  return new SyncError(
    'compression',
    `frame: ${found}; send it again`,
    {},
    cause === void 0 ? {} : { cause },
  );
}
/** A value that no frame can hold, found before anything was sent. */
function unwritable(path, found) {
  return new SyncError('serialization', `${path}: ${found}`, { path });
}
/** More of something than a frame may hold. */
function tooMany(what, size, limit) {
  return new SyncError(
    'compression-limit',
    `frame: has ${size} ${what}, but ${limit} are allowed; send fewer`,
    {
      size,
      limit,
    },
  );
}
/** @throws SyncError `compression` for bytes that are no UTF-8. */
function utf8(name, bytes) {
  try {
    return new TextDecoder('utf-8', {
      fatal: true,
      ignoreBOM: true,
    }).decode(bytes);
  } catch (cause) {
    throw malformed(`${name}: is no UTF-8`, cause);
  }
}
// packages/compression/dist/v2/codecs.js
var ID_DIGITS = 8;
var ADVICE$1 = 'createEmbeddingCodec() of @omega-tv/embedding-codec makes one';
/** The codecs that a side has, by their codebooks; it writes with the first. */
var Codecs = class {
  codecs;
  /** @throws SyncError `invalid-config` where there is none, or one is none. */
  constructor(codecs) {
    this.codecs = codecs;
    const given = codecs;
    if (!Array.isArray(given) || given.length === 0)
      throw new SyncError(
        'invalid-config',
        `codecs must be an array of at least one; ${ADVICE$1}`,
        { field: 'codecs' },
      );
    given.forEach((codec, index) => {
      checkMethods(`codecs[${index}]`, codec, ['encode', 'decode'], ADVICE$1);
    });
  }
  get first() {
    return this.codecs[0];
  }
  get ids() {
    return this.codecs.map(codebookIdOf);
  }
  /** @throws SyncError `protocol` where this side lacks the codebook. */
  find(codebookId) {
    const codec = this.codecs.find((one) => codebookIdOf(one) === codebookId);
    if (codec !== void 0) return codec;
    throw new SyncError(
      'protocol',
      `frame: is coded with the codebook ${codebookId}; this side has ${this.ids.join(', ')}`,
      { path: 'codebook' },
    );
  }
};
/** As frames name a codebook: the first 32 bits of its id, as hexadecimal digits. */
function codebookIdOf({ codebook }) {
  return codebook.id.slice(0, ID_DIGITS);
}
/** The codec takes no reference with coordinates beyond. */
var MAX_REFERENCE_COORDINATE = 16;
/**
 * What embeddings can be predicted from. One that is no embedding (its length far from 1) stands
 * among them as zeros, for the writer and the reader alike.
 */
function asReferences(vectors) {
  return vectors.map((vector) =>
    vector.every((value) => Math.abs(value) <= MAX_REFERENCE_COORDINATE)
      ? vector
      : new Float32Array(vector.length),
  );
}
/** Runs what codes embeddings; one that the codec refuses becomes a SyncError. */
function coding(code) {
  try {
    return code();
  } catch (error) {
    if (!isCodecError(error, 'invalid-vector')) throw error;
    const { message } = error;
    const details = {
      path: 'embedding',
      value: void 0,
      limit: message,
    };
    throw new SyncError('invalid-pattern', `embedding: ${message}`, details, { cause: error });
  }
}
/** Runs what reads a frame; what the codec refuses becomes a SyncError. */
function reading(read) {
  try {
    return read();
  } catch (error) {
    if (isCodecError(error)) throw malformed(error.message, error);
    throw error;
  }
}
// packages/compression/dist/v2/bytes.js
/** Writes whole bytes: varints (LEB128), fixed big-endian numbers, raw runs. */
var ByteWriter = class {
  #bytes = /* @__PURE__ */ new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  get length() {
    return this.#length;
  }
  u8(value) {
    const at = this.#extend(1);
    this.#view.setUint8(at, value);
  }
  /** A whole number from 0 to 2^53 - 1, seven bits a byte, the lowest first. */
  varint(value) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw unwritable('number', `must be a whole number from 0 to 2^53 - 1, but is ${value}`);
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.u8((rest % 128) | 128);
    this.u8(rest);
  }
  u16(value) {
    const at = this.#extend(2);
    this.#view.setUint16(at, value);
  }
  u32(value) {
    const at = this.#extend(4);
    this.#view.setUint32(at, value);
  }
  f32(value) {
    const at = this.#extend(4);
    this.#view.setFloat32(at, value);
  }
  f64(value) {
    const at = this.#extend(8);
    this.#view.setFloat64(at, value);
  }
  /** Lower-case hexadecimal digits, two a byte. @throws SyncError as `fromHex`. */
  hex(name, digits, bytes) {
    this.raw(fromHex(name, digits, bytes));
  }
  /** UTF-8, its length first. */
  text(value) {
    this.run(new TextEncoder().encode(value));
  }
  /** A run of bytes, its length first. */
  run(bytes) {
    this.varint(bytes.length);
    this.raw(bytes);
  }
  raw(bytes) {
    const start = this.#extend(bytes.length);
    this.#bytes.set(bytes, start);
  }
  toBytes() {
    return this.#bytes.slice(0, this.#length);
  }
  #extend(length) {
    const start = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return start;
  }
};
/** Reads whole bytes; checks each length against what is there before it takes memory. */
var ByteReader = class {
  bytes;
  #position = 0;
  #view;
  constructor(bytes) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  get position() {
    return this.#position;
  }
  get left() {
    return this.bytes.length - this.#position;
  }
  u8() {
    return this.#view.getUint8(this.#advance(1));
  }
  varint() {
    let [value, factor] = [0, 1];
    for (let length = 1; ; length += 1) {
      const byte = this.u8();
      value += (byte % 128) * factor;
      if (byte < 128) {
        if (value <= Number.MAX_SAFE_INTEGER && (byte > 0 || length === 1)) return value;
        throw malformed(`byte ${this.#position}: a number that no encoder writes`);
      }
      if (length === 8) throw malformed(`byte ${this.#position}: a number above 2^53`);
      factor *= 128;
    }
  }
  u16() {
    return this.#view.getUint16(this.#advance(2));
  }
  u32() {
    return this.#view.getUint32(this.#advance(4));
  }
  f32() {
    return this.#view.getFloat32(this.#advance(4));
  }
  hex(bytes) {
    return toHex(this.raw(bytes));
  }
  run() {
    return this.raw(this.varint());
  }
  /** Shares the memory. */
  raw(length) {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }
  /** @throws SyncError `compression` where bytes are left. */
  finish(what) {
    if (this.left > 0) throw malformed(`${what}: ${this.left} bytes behind its end`);
  }
  #advance(length) {
    const start = this.#position;
    if (length > this.left) throw malformed(`byte ${start}: the end, where ${length} more belong`);
    this.#position += length;
    return start;
  }
};
function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
/** @throws SyncError `serialization` for anything but two lower-case digits a byte. */
function fromHex(name, digits, bytes) {
  if (digits.length !== 2 * bytes || !/^[0-9a-f]*$/.test(digits))
    throw unwritable(name, `must be ${2 * bytes} hexadecimal digits, but is "${digits}"`);
  return Uint8Array.from({ length: bytes }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
var UNRESOLVED = /^#[0-9a-f]{12}$/;
/**
 * The first 48 bits of the SHA-256 of a content id's UTF-8, as hexadecimal digits: how trends name
 * titles on their way down. An id that is `#` and such digits stands for its hash.
 */
function toContentHash(contentId) {
  if (UNRESOLVED.test(contentId)) return contentId.slice(1);
  return toHex(sha256(new TextEncoder().encode(contentId)).subarray(0, 6));
}
/** A content id of which only the hash is known. */
function unresolvedId(hash) {
  return `#${hash}`;
}
/**
 * Finds the ids behind hashes among the titles that a TV knows.
 * @returns a function from a trend to its content id; `#` and the hash where no title, or more than
 * one, has the hash, or where the title's genres disagree.
 */
function createContentResolver(titles) {
  const known = /* @__PURE__ */ new Map();
  for (const title of titles) {
    const hash = toContentHash(title.id);
    known.set(hash, known.has(hash) && known.get(hash)?.id !== title.id ? void 0 : title);
  }
  return ({ contentId, genre }) => {
    const hash = toContentHash(contentId);
    const title = known.get(hash);
    const agrees = title?.genres?.includes(genre) ?? true;
    return title !== void 0 && agrees ? title.id : unresolvedId(hash);
  };
}
// packages/compression/dist/v2/container.js
/** What a frame is; the low four bits of its third byte. */
var FrameKind = {
  delta: 1,
  snapshot: 2,
  diff: 3,
  batch: 4,
  answer: 5,
};
/**
 * What a section holds. Readers skip types that they do not know; those that are reserved have no
 * layout yet.
 */
var SectionType = {
  header: 1,
  patterns: 2,
  /** One message of the embedding codec; a snapshot may have several, in order. */
  embeddings: 3,
  engagements: 4,
  taste: 5,
  trends: 6,
  receipt: 7,
  syncWindow: 8,
  /** A whole frame: the deltas of a batch, the snapshot of an answer. */
  frame: 9,
  reservedLens: 10,
  reservedTrendVectors: 11,
  reservedExposures: 12,
  reservedHealth: 13,
  reservedSignature: 14,
};
/** "Ω" in UTF-8. */
var MAGIC = 52905;
var MAJOR_VERSION = 2;
var MAX_SECTIONS = 512;
var REPEATABLE = /* @__PURE__ */ new Set([SectionType.embeddings, SectionType.frame]);
/** Magic, version and kind, sections of type, length and payload, checksum. */
function writeFrame({ kind, sections }) {
  const writer = new ByteWriter();
  writer.u16(MAGIC);
  writer.u8(32 | FrameKind[kind]);
  for (const { type, payload } of sections) {
    writer.u8(type);
    writer.run(payload);
  }
  const body = writer.toBytes();
  const bytes = new Uint8Array(body.length + 4);
  bytes.set(body);
  bytes.set(sha256(body).subarray(0, 4), body.length);
  return bytes;
}
/**
 * Reads a frame's sections; those of unknown types are among them.
 * @throws SyncError `compression-limit` above `maxBytes`, `protocol` for another major version,
 * `compression` for anything else.
 */
function readFrame(bytes, maxBytes) {
  if (bytes.length > maxBytes)
    throw new SyncError(
      'compression-limit',
      `frame: has ${bytes.length} bytes, but ${maxBytes} are allowed`,
      {
        size: bytes.length,
        limit: maxBytes,
      },
    );
  const reader = new ByteReader(bytes.subarray(0, Math.max(0, bytes.length - 4)));
  if (reader.u16() !== MAGIC) throw malformed('does not begin with the magic number ce a9');
  const head = reader.u8();
  if (head >> 4 !== MAJOR_VERSION)
    throw new SyncError(
      'protocol',
      `frame: is of version ${head >> 4}; this side reads version ${MAJOR_VERSION}`,
      { path: 'version' },
    );
  if (
    sha256(reader.bytes)
      .subarray(0, 4)
      .some((byte, i) => byte !== bytes[reader.bytes.length + i])
  )
    throw malformed('its checksum does not match');
  const kind = kindOf(head & 15);
  const sections = [];
  while (reader.left > 0) {
    const type = reader.u8();
    if (sections.length === MAX_SECTIONS) throw malformed(`more than ${MAX_SECTIONS} sections`);
    if (!REPEATABLE.has(type) && sections.some((section) => section.type === type))
      throw malformed(`a second section of type ${type}`);
    sections.push({
      type,
      payload: reader.run(),
    });
  }
  return {
    kind,
    sections,
  };
}
function kindOf(code) {
  for (const [name, value] of Object.entries(FrameKind)) if (value === code) return name;
  throw new SyncError('protocol', `frame: kind ${code} is unknown`, { path: 'kind' });
}
/** The payload of a section that has to be there. */
function requireSection(frame, type, name) {
  const section = findSection(frame, type);
  if (section === void 0) throw malformed(`a ${frame.kind} without its ${name} section`);
  return section;
}
function findSection({ sections }, type) {
  return sections.find((section) => section.type === type)?.payload;
}
function findSections({ sections }, type) {
  return sections.filter((section) => section.type === type).map(({ payload }) => payload);
}
/** @throws SyncError `protocol` for a frame of another kind. */
function requireKind(frame, ...kinds) {
  if (kinds.includes(frame.kind)) return;
  throw new SyncError(
    'protocol',
    `frame: is of kind ${frame.kind}; expected ${kinds.join(' or ')}`,
    { path: 'kind' },
  );
}
// packages/compression/dist/v2/limits.js
/** What a v2 frame may hold. All caps are inclusive, and checked before memory is taken. */
var V2_LIMITS = {
  /** A delta, or a batch of them. */
  maxRequestBytes: 16384,
  maxBatchFrames: 32,
  /** Of a delta, or of all deltas of a batch: an embedding can cost next to no bits, but not no time. */
  maxRequestPatterns: 512,
  maxEngagements: 1024,
  /** An answer, a snapshot or a diff. */
  maxResponseBytes: 65536,
  /** Of a snapshot. */
  maxPatterns: 1024,
  maxTrends: 4096,
  /** Embeddings of a snapshot, those that were replaced included, and the layers they lie in. */
  maxVectors: 4096,
  maxLayers: 64,
  /** Names that a section spells out, as UTF-8: repeated letters cost next to no bits either. */
  maxTextBytes: 65536,
};
/** A name of the longest kind, in UTF-8. */
var MAX_NAME_BYTES = 4 * MAX_NAME_LENGTH;
var LONE_SURROGATE = /\p{Surrogate}/u;
/** True for what can be an id or a genre: short enough, and with a UTF-8 form. */
function isName(text) {
  return (text.length <= 1024 || Array.from(text).length <= 1024) && !LONE_SURROGATE.test(text);
}
// packages/compression/dist/v2/fields/field.js
function symbolField(name, counts, increment = 16) {
  return {
    name,
    counts,
    increment,
  };
}
/** Symbol 0 is false. */
function flagField(name, falseCount, trueCount) {
  return symbolField(name, [falseCount, trueCount], 12);
}
/** The models of a section, by field and use; made when first used. */
var FieldModels = class {
  #models = /* @__PURE__ */ new Map();
  ofSymbol({ name, counts, increment }) {
    return this.#get(`${name} symbol`, () => new AdaptiveModel(counts, increment));
  }
  /** The model of the number's bit length. */
  ofBits({ name, typicalBits }) {
    return this.#get(`${name} bits`, () => new AdaptiveModel(lengthCounts(typicalBits), 24));
  }
  ofText(name) {
    return this.#get(`${name} text`, () => new AdaptiveModel(BYTE_COUNTS, 24));
  }
  #get(key, create) {
    const known = this.#models.get(key);
    if (known !== void 0) return known;
    const model = create();
    this.#models.set(key, model);
    return model;
  }
};
/** Half as likely for each bit more or less; from six bits on, as unlikely as can be. */
function lengthCounts(typicalBits) {
  return Array.from({ length: 54 }, (_, bits) =>
    Math.max(1, Math.floor(32 / 2 ** Math.abs(bits - typicalBits))),
  );
}
/** Names are mostly small letters, then digits and joining signs, then capitals. */
var BYTE_COUNTS = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (/[a-z]/.test(character)) return 12;
  if (/[0-9\-_:. ]/.test(character)) return 6;
  return /[A-Z]/.test(character) ? 3 : 1;
});
// packages/compression/dist/v2/fields/field-reader.js
var CHUNK_BITS$1 = 15;
var SHARE_BITS = 15;
/** A range decoder that knows what each symbol cost. */
var CostedDecoder = class extends RangeDecoder {
  bits = 0;
  consume(start, size) {
    this.bits += SHARE_BITS - Math.log2(size);
    super.consume(start, size);
  }
};
/** Reads what FieldWriter wrote. Throws CodecError where the bytes end before their fields. */
var FieldReader = class {
  /** What each field took, in bits: for people. */
  costs = /* @__PURE__ */ new Map();
  #coder;
  #models = new FieldModels();
  #textBytes = 0;
  constructor(bytes) {
    this.#coder = new CostedDecoder(bytes);
  }
  symbol(field) {
    return this.#costed(field.name, () => this.#models.ofSymbol(field).decode(this.#coder));
  }
  flag(field) {
    return this.symbol(field) === 1;
  }
  choice(name, count) {
    if (count <= 1) return 0;
    return this.#costed(name, () => decodeUniform(this.#coder, count));
  }
  bits(name, bits) {
    let value = 0;
    for (let left = bits; left > 0;) {
      const size = Math.min(left, CHUNK_BITS$1);
      left -= size;
      value = value * 2 ** size + this.choice(name, 2 ** size);
    }
    return value;
  }
  integer(field) {
    const bits = this.#costed(field.name, () => this.#models.ofBits(field).decode(this.#coder));
    return bits === 0 ? 0 : 2 ** (bits - 1) + this.bits(field.name, bits - 1);
  }
  signed(field) {
    const value = this.integer(field);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
  /** A name; its length is checked before any of it is read. */
  text(name) {
    const length = this.integer({
      name: `${name} length`,
      typicalBits: 3,
    });
    this.#textBytes += length;
    if (length > MAX_NAME_BYTES || this.#textBytes > V2_LIMITS.maxTextBytes)
      throw malformed(`${name}: has ${length} bytes, more than a name or a section may have`);
    const model = this.#models.ofText(name);
    const text = utf8(
      name,
      this.#costed(name, () => Uint8Array.from({ length }, () => model.decode(this.#coder))),
    );
    if (!isName(text)) throw malformed(`${name}: has more than 1,024 characters`);
    return text;
  }
  bytes(name, length) {
    return Uint8Array.from({ length }, () => this.choice(name, 256));
  }
  /** @throws CodecError where bytes are left. */
  finish() {
    this.#coder.finish();
  }
  #costed(name, read) {
    const before = this.#coder.bits;
    const value = read();
    this.costs.set(name, (this.costs.get(name) ?? 0) + this.#coder.bits - before);
    return value;
  }
};
// packages/compression/dist/v2/fields/field-writer.js
/** The most values that one step of the range coder tells apart. */
var CHUNK_BITS = 15;
/**
 * Writes the fields of a section, range-coded with models that learn as the section goes by. A
 * reader takes the same fields in the same order.
 */
var FieldWriter = class {
  #coder = new RangeEncoder();
  #models = new FieldModels();
  #textBytes = 0;
  symbol(field, value) {
    this.#models.ofSymbol(field).encode(this.#coder, value);
  }
  flag(field, value) {
    this.symbol(field, value ? 1 : 0);
  }
  /** One of `count` values that are equally likely; count is at most 2^15. */
  choice(_name, value, count) {
    if (count > 1) encodeUniform(this.#coder, value, count);
  }
  /** A whole number below 2^bits, all equally likely; bits is at most 53. */
  bits(name, value, bits) {
    checkWhole(name, value, 2 ** bits - 1);
    this.#bits(name, value, bits);
  }
  #bits(name, value, bits) {
    for (let left = bits; left > 0;) {
      const size = Math.min(left, CHUNK_BITS);
      left -= size;
      this.choice(name, Math.floor(value / 2 ** left) % 2 ** size, 2 ** size);
    }
  }
  /** A whole number from 0 to 2^53 - 1: its bit length by a model, the bits below the first raw. */
  integer(field, value) {
    checkWhole(field.name, value, Number.MAX_SAFE_INTEGER);
    const bits = bitLength(value);
    this.#models.ofBits(field).encode(this.#coder, bits);
    if (bits > 1) this.#bits(field.name, value, bits - 1);
  }
  /** A whole number of either sign, at most 2^52 in magnitude. */
  signed(field, value) {
    this.integer(field, value < 0 ? -2 * value - 1 : 2 * value);
  }
  /**
   * A name in UTF-8, its length first.
   * @throws SyncError `serialization` for one that is too long or has no UTF-8 form,
   * `compression-limit` where the section has too much text.
   */
  text(name, value) {
    checkName(name, value);
    const bytes = new TextEncoder().encode(value);
    this.#textBytes += bytes.length;
    if (this.#textBytes > V2_LIMITS.maxTextBytes)
      throw tooMany('bytes of names in a section', this.#textBytes, V2_LIMITS.maxTextBytes);
    this.integer(
      {
        name: `${name} length`,
        typicalBits: 3,
      },
      bytes.length,
    );
    for (const byte of bytes) this.#models.ofText(name).encode(this.#coder, byte);
  }
  bytes(name, value) {
    for (const byte of value) this.choice(name, byte, 256);
  }
  finish() {
    return this.#coder.finish();
  }
};
/** @throws SyncError `serialization` for what is no id or genre. */
function checkName(path, value) {
  if (isName(value)) return;
  throw unwritable(path, 'must be well-formed Unicode of at most 1,024 characters');
}
function checkWhole(path, value, max) {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  throw unwritable(path, `must be a whole number from 0 to ${max}, but is ${value}`);
}
function bitLength(value) {
  let bits = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) bits += 1;
  return bits;
}
// packages/compression/dist/v2/sections/receipt.js
var HASH_BYTES$2 = 8;
function writeReceipt({ serverEpoch, lastSeq, outcome, digest }) {
  const writer = new ByteWriter();
  writer.hex('server epoch', serverEpoch, HASH_BYTES$2);
  writer.u8(RECEIPT_OUTCOMES.indexOf(outcome));
  writer.hex('digest', digest, HASH_BYTES$2);
  writer.varint(lastSeq);
  return writer.toBytes();
}
function readReceipt(payload) {
  const reader = new ByteReader(payload);
  const serverEpoch = reader.hex(HASH_BYTES$2);
  const outcome = RECEIPT_OUTCOMES[reader.u8()];
  if (outcome === void 0) throw malformed('receipt: an unknown outcome');
  const digest = reader.hex(HASH_BYTES$2);
  const lastSeq = reader.varint();
  reader.finish('receipt');
  return {
    serverEpoch,
    lastSeq,
    outcome,
    digest,
  };
}
/** In milliseconds from when the answer arrives. */
function writeSyncWindow({ minMs, maxMs }) {
  const writer = new ByteWriter();
  writer.varint(minMs);
  writer.varint(maxMs - minMs);
  return writer.toBytes();
}
function readSyncWindow(payload) {
  const reader = new ByteReader(payload);
  const minMs = reader.varint();
  const maxMs = Math.min(minMs + reader.varint(), MAX_INTEGER);
  reader.finish('sync window');
  return {
    minMs,
    maxMs,
  };
}
// packages/compression/dist/v2/sections/references.js
var OTHER_STREAM = flagField('stream', 6, 1);
var VERSION$2 = {
  name: 'base version',
  typicalBits: 7,
};
var HASH_BYTES$1 = 8;
/** Writes which content of which version of which stream is meant. */
function writeReference(writer, reference) {
  const { stream, version, hash } = reference;
  writer.flag(OTHER_STREAM, stream !== GLOBAL_STREAM);
  if (stream !== 'global') writer.text('stream', stream);
  writer.integer(VERSION$2, version);
  writer.bytes('hash', fromHex('hash', hash, HASH_BYTES$1));
}
function readReference(reader) {
  return {
    stream: reader.flag(OTHER_STREAM) ? reader.text('stream') : GLOBAL_STREAM,
    version: reader.integer(VERSION$2),
    hash: toHex(reader.bytes('hash', HASH_BYTES$1)),
  };
}
// packages/compression/dist/v2/frames/answer-frame.js
/** @throws SyncError `compression-limit` above 64 KiB, `serialization` for what no frame can hold. */
function encodeAnswerFrame({ receipt, window, current, snapshot }) {
  const header = new FieldWriter();
  writeReference(header, current);
  const bytes = writeFrame({
    kind: 'answer',
    sections: [
      {
        type: SectionType.header,
        payload: header.finish(),
      },
      {
        type: SectionType.receipt,
        payload: writeReceipt(receipt),
      },
      {
        type: SectionType.syncWindow,
        payload: writeSyncWindow(window),
      },
      ...(snapshot === void 0
        ? []
        : [
            {
              type: SectionType.frame,
              payload: snapshot,
            },
          ]),
    ],
  });
  const { maxResponseBytes } = V2_LIMITS;
  if (bytes.length > maxResponseBytes) throw tooMany('bytes', bytes.length, maxResponseBytes);
  return bytes;
}
/**
 * Reads an answer; the snapshot's frame is handed out unread, so that a receipt counts even where
 * that cannot be used.
 * @throws SyncError `compression-limit`, `compression` or `protocol`.
 */
function decodeAnswerFrame(bytes) {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'answer');
  return reading(() => {
    const header = new FieldReader(requireSection(frame, SectionType.header, 'header'));
    const current = readReference(header);
    header.finish();
    const receipt = readReceipt(requireSection(frame, SectionType.receipt, 'receipt'));
    const window = readSyncWindow(requireSection(frame, SectionType.syncWindow, 'sync window'));
    const snapshot = findSection(frame, SectionType.frame);
    return {
      receipt,
      window,
      current,
      ...(snapshot === void 0 ? {} : { snapshot }),
    };
  });
}
// packages/compression/dist/v2/timestamps.js
/** The end of the year 9999: RFC 3339 has four digits for it. */
var LAST_MS = Date.UTC(1e4, 0, 1) - 1;
/**
 * Unix milliseconds of an RFC 3339 timestamp; finer fractions are cut.
 * @throws SyncError `serialization` where it is none, or not from 1970 to 9999.
 */
function toUnixMs(timestamp) {
  const ms = Date.parse(timestamp);
  if (ms >= 0 && ms <= LAST_MS) return ms;
  throw new SyncError(
    'serialization',
    `timestamp: is "${timestamp}", but must be RFC 3339, from 1970 to 9999`,
    { path: 'timestamp' },
  );
}
function toTimestamp$1(unixMs) {
  if (!(unixMs <= LAST_MS)) throw malformed('timestamp: is after 9999');
  return new Date(unixMs).toISOString();
}
// packages/compression/dist/v2/sections/ids.js
/** What stands behind an id's prefix. */
var Tail = {
  number: 0,
  uuid: 1,
  ulid: 2,
  text: 3,
  hex: 4,
};
var TAIL = symbolField('id kind', [6, 3, 2, 3, 3]);
var SAME_PREFIX = flagField('id prefix', 1, 6);
var NUMBER = {
  name: 'id',
  typicalBits: 3,
};
var FURTHER_DIGITS = {
  name: 'id digits',
  typicalBits: 2,
};
var UUID_DIGITS = [8, 4, 4, 4, 12];
var UUID = /^(.*)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/su;
/** Crockford's base 32; 26 digits hold 130 bits, so the first is at most 7. */
var ULID = /^(.*)([0-7][0-9A-HJKMNP-TV-Z]{25})$/su;
/** From 4 to 64 digits, a letter among them, as short hashes have. */
var MIN_HEX = 4;
var MAX_HEX = 64;
var HEX = /^(.*?)((?=\d*[a-f])[0-9a-f]{4,64})$/su;
var BASE16 = '0123456789abcdef';
var BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
var ULID_LENGTH = 26;
/** Up to 15 digits, none of them a leading zero: exact as a number. */
var NUMBERED = /^(.*?)(0|[1-9]\d{0,14})$/su;
/** Stands in a prefix for a word that the reader knows already, such as the pattern's genre. */
var WORD = '\0';
/**
 * Writes ids: a prefix (named once), then a number (as the difference to the one before), the 128
 * bits of a UUID or ULID, or hexadecimal digits; else the whole as text. Any string comes back as it was.
 */
var IdWriter = class {
  writer;
  #prefixes = new Prefixes();
  constructor(writer) {
    this.writer = writer;
  }
  /** @param word that the reader knows, and that the id may hold. */
  write(id, word = '') {
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
  #writeNumber(value) {
    this.writer.signed(NUMBER, value - this.#prefixes.number);
    this.#prefixes.number = value;
  }
};
/** Reads what IdWriter wrote. */
var IdReader = class {
  reader;
  #prefixes = new Prefixes();
  constructor(reader) {
    this.reader = reader;
  }
  /** @param word as given to the writer. */
  read(word = '') {
    const { reader } = this;
    const kind = reader.symbol(TAIL);
    if (kind === Tail.text) return reader.text('id');
    const template = this.#readPrefix();
    this.#prefixes.use(template);
    const id = template.replace(WORD, () => word) + this.#readTail(kind);
    if (!isName(id)) throw malformed('id: has more than 1,024 characters');
    return id;
  }
  #readTail(kind) {
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
  #readPrefix() {
    const { reader } = this;
    if (reader.flag(SAME_PREFIX)) return this.#prefixes.last;
    const index = reader.choice('id prefix', this.#prefixes.count + 1);
    return this.#prefixes.at(index) ?? reader.text('id prefix');
  }
  #readNumber() {
    const value = this.#prefixes.number + this.reader.signed(NUMBER);
    if (!(value >= 0 && value < 0x38d7ea4c68000))
      throw malformed('id: a number that no encoder writes');
    this.#prefixes.number = value;
    return String(value);
  }
};
/** The prefixes seen, and the last number behind each. */
var Prefixes = class {
  last = '';
  #seen = [];
  #numbers = /* @__PURE__ */ new Map();
  get count() {
    return this.#seen.length;
  }
  at(index) {
    return this.#seen[index];
  }
  /** `count` for a new one. */
  indexOf(prefix) {
    const index = this.#seen.indexOf(prefix);
    return index < 0 ? this.#seen.length : index;
  }
  use(prefix) {
    if (!this.#seen.includes(prefix)) this.#seen.push(prefix);
    this.last = prefix;
  }
  /** The last number behind the prefix in use; 0 before the first. */
  get number() {
    return this.#numbers.get(this.last) ?? 0;
  }
  set number(value) {
    this.#numbers.set(this.last, value);
  }
};
function splitId(id, word) {
  const forms = [
    [Tail.uuid, UUID],
    [Tail.ulid, ULID],
    [Tail.hex, HEX],
    [Tail.number, NUMBERED],
  ];
  for (const [kind, form] of id.includes(WORD) ? [] : forms) {
    const [, start, tail] = form.exec(id) ?? [];
    if (start === void 0 || tail === void 0) continue;
    return {
      prefix: word === '' ? start : start.replace(word, () => WORD),
      kind,
      tail,
    };
  }
  return {
    prefix: '',
    kind: Tail.text,
    tail: id,
  };
}
function writeDigits(writer, digits, alphabet) {
  for (const digit of digits) writer.choice('id', alphabet.indexOf(digit), alphabet.length);
}
function readDigits(reader, length, alphabet) {
  let digits = '';
  for (let i = 0; i < length; i += 1)
    digits += alphabet[reader.choice('id', alphabet.length)] ?? '';
  return digits;
}
// packages/compression/dist/v2/sections/regions.js
var FIRST = 'A'.charCodeAt(0);
var LETTERS = 26;
/** Writes a region, ISO 3166-1 alpha-2. @throws SyncError `serialization` for anything else. */
function writeRegion(writer, region) {
  if (!/^[A-Z]{2}$/.test(region))
    throw unwritable('region', `must be two capital letters (ISO 3166-1), but is "${region}"`);
  for (let i = 0; i < 2; i += 1) writer.choice('region', region.charCodeAt(i) - FIRST, LETTERS);
}
function readRegion(reader) {
  const letters = [reader.choice('region', LETTERS), reader.choice('region', LETTERS)];
  return String.fromCharCode(...letters.map((letter) => letter + FIRST));
}
// packages/compression/dist/v2/sections/delta-header.js
var HAS_BASE$1 = flagField('base', 2, 4);
var HAS_POSITION = flagField('position', 1, 6);
var SEQ = {
  name: 'position',
  typicalBits: 7,
};
var EXPECTED_VERSION = flagField('version', 1, 6);
var VERSION$1 = {
  name: 'version',
  typicalBits: 5,
};
var HAS_REGION = flagField('region', 3, 1);
function writeDeltaHeader(header) {
  const { base, deviceId, position, version, timestamp, region } = header;
  const writer = new FieldWriter();
  writer.bits('codebook', parseInt(header.codebookId, 16), 32);
  writer.flag(HAS_BASE$1, base !== void 0);
  if (base !== void 0) writeReference(writer, base);
  new IdWriter(writer).write(deviceId);
  writer.flag(HAS_POSITION, position !== void 0);
  if (position !== void 0) {
    writer.bits('position', position.deviceEpoch, 32);
    writer.integer(SEQ, position.seq);
  }
  const isExpected = version === versionBehind(base);
  writer.flag(EXPECTED_VERSION, isExpected);
  if (!isExpected) writer.integer(VERSION$1, version);
  writer.bits('time', toUnixMs(timestamp), 48);
  writer.flag(HAS_REGION, region !== void 0);
  if (region !== void 0) writeRegion(writer, region);
  return writer.finish();
}
/** Reads what writeDeltaHeader wrote; `reader` keeps what each field took. */
function readDeltaHeader(reader) {
  const codebookId = toCodebookId(reader.bits('codebook', 32));
  const base = reader.flag(HAS_BASE$1) ? readReference(reader) : void 0;
  const deviceId = new IdReader(reader).read();
  const position = reader.flag(HAS_POSITION)
    ? {
        deviceEpoch: reader.bits('position', 32),
        seq: reader.integer(SEQ),
      }
    : void 0;
  const version = reader.flag(EXPECTED_VERSION) ? versionBehind(base) : reader.integer(VERSION$1);
  const timestamp = toTimestamp$1(reader.bits('time', 48));
  const region = reader.flag(HAS_REGION) ? readRegion(reader) : void 0;
  reader.finish();
  return {
    codebookId,
    deviceId,
    version,
    timestamp,
    ...(base === void 0 ? {} : { base }),
    ...(position === void 0 ? {} : { position }),
    ...(region === void 0 ? {} : { region }),
  };
}
function versionBehind(base) {
  return Math.min((base?.version ?? 0) + 1, MAX_INTEGER);
}
function toCodebookId(bits) {
  return bits.toString(16).padStart(8, '0');
}
// packages/compression/dist/v2/sections/engagements.js
var COUNT$3 = {
  name: 'engagements',
  typicalBits: 2,
};
var FURTHER_VIEWINGS = {
  name: 'viewings',
  typicalBits: 0,
};
var COMPLETED = flagField('completed', 2, 3);
/**
 * @throws SyncError `compression-limit` for too many, `serialization` for a count that is no whole
 * number of at least 1.
 */
function writeEngagements(engagements) {
  if (engagements.length > V2_LIMITS.maxEngagements)
    throw tooMany('engagements', engagements.length, V2_LIMITS.maxEngagements);
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  writer.integer(COUNT$3, engagements.length);
  engagements.forEach(({ contentId, count, completed }, i) => {
    if (!(count >= 1))
      throw unwritable(`engagements[${i}].count`, `must be at least 1, but is ${count}`);
    ids.write(contentId);
    writer.integer(FURTHER_VIEWINGS, Math.min(count, MAX_INTEGER) - 1);
    writer.flag(COMPLETED, completed);
  });
  return writer.finish();
}
/** Reads what writeEngagements wrote; `reader` keeps what each field took. */
function readEngagements(reader) {
  const ids = new IdReader(reader);
  const length = reader.integer(COUNT$3);
  if (length > V2_LIMITS.maxEngagements)
    throw malformed(`engagements: are ${length}, above ${V2_LIMITS.maxEngagements}`);
  const engagements = [];
  for (let i = 0; i < length; i += 1) {
    const contentId = ids.read();
    const count = Math.min(reader.integer(FURTHER_VIEWINGS) + 1, MAX_INTEGER);
    engagements.push({
      contentId,
      count,
      completed: reader.flag(COMPLETED),
    });
  }
  reader.finish();
  return engagements;
}
// packages/compression/dist/v2/sections/genres.js
var NEW_GENRE = flagField('genre', 2, 2);
var IN_TABLE = flagField('genre kind', 1, 6);
/** Part of the format: the order is fixed, additions go to the end until there are 64. */
var GENRES = [
  ...['action', 'adventure', 'animation', 'anime', 'biography', 'children', 'comedy', 'crime'],
  ...['cooking', 'documentary', 'drama', 'family', 'fantasy', 'food', 'game-show', 'history'],
  ...['horror', 'kids', 'lifestyle', 'music', 'musical', 'mystery', 'nature', 'news'],
  ...['noir', 'politics', 'reality', 'religion', 'romance', 'sci-fi', 'science', 'science-fiction'],
  ...['short', 'soap', 'sport', 'sports', 'superhero', 'talk-show', 'teen', 'thriller'],
  ...['travel', 'true-crime', 'tv-movie', 'variety', 'war', 'western', 'imax', 'other'],
  ...['Action', 'Adventure', 'Animation', 'Children', 'Comedy', 'Crime', 'Documentary', 'Drama'],
  ...['Fantasy', 'Horror', 'Musical', 'Mystery', 'Romance', 'Sci-Fi', 'Thriller', 'Western'],
];
/** Writes genres: one of those seen, one of the format's table, or text. */
var GenreWriter = class {
  writer;
  #seen = [];
  constructor(writer) {
    this.writer = writer;
  }
  write(genre) {
    const { writer } = this;
    const index = this.#seen.indexOf(genre);
    writer.flag(NEW_GENRE, index < 0);
    if (index >= 0) {
      writer.choice('genre', index, this.#seen.length);
      return;
    }
    this.#seen.push(genre);
    const known = GENRES.indexOf(genre);
    writer.flag(IN_TABLE, known >= 0);
    if (known >= 0) writer.choice('genre', known, GENRES.length);
    else writer.text('genre', genre);
  }
};
/** Reads what GenreWriter wrote. */
var GenreReader = class {
  reader;
  #seen = [];
  constructor(reader) {
    this.reader = reader;
  }
  read() {
    const { reader } = this;
    if (!reader.flag(NEW_GENRE)) {
      const seen = this.#seen[reader.choice('genre', this.#seen.length)];
      if (seen === void 0) throw malformed('genre: refers to an earlier one, but is the first');
      return seen;
    }
    const genre = reader.flag(IN_TABLE)
      ? (GENRES[reader.choice('genre', GENRES.length)] ?? '')
      : reader.text('genre');
    this.#seen.push(genre);
    return genre;
  }
};
// packages/compression/dist/v2/sections/pattern-counts.js
var SAMPLES = {
  name: 'samples',
  typicalBits: 5,
};
var FAILURES = {
  name: 'success rate',
  typicalBits: 2,
};
var PERCENT_FAILED = {
  name: 'failed percent',
  typicalBits: 4,
};
/** How a success rate is coded. */
var Rate = {
  ratio: 0,
  float32Ratio: 1,
  percent: 2,
  fraction: 3,
};
var RATE = symbolField('success rate kind', [12, 2, 4, 2]);
/** Every decimal of four digits is a whole number of these, and 16 bits hold it. */
var RATE_STEPS$1 = 5e4;
/**
 * Writes how often a pattern was seen and how often it was watched to the end. The rate is exact
 * where it is successes / samples, as a 64-bit or 32-bit float, or whole percent; else it is rounded
 * to 1/50,000.
 */
function writeCounts(writer, counts) {
  const { sampleCount, successRate } = asCoded(counts);
  writer.integer(SAMPLES, sampleCount);
  const kind = rateKind({
    sampleCount,
    successRate,
  });
  writer.symbol(RATE, kind);
  if (kind === Rate.percent) writer.integer(PERCENT_FAILED, 100 - Math.round(successRate * 100));
  else if (kind === Rate.fraction) {
    writer.choice('success rate', toSteps(successRate) >> 8, 256);
    writer.choice('success rate', toSteps(successRate) & 255, 256);
  } else writer.integer(FAILURES, sampleCount - Math.round(successRate * sampleCount));
}
/** Counts as a reader gets them; zero has one sign. */
function asCoded(counts) {
  const sampleCount = Math.min(counts.sampleCount, MAX_INTEGER);
  const successRate = counts.successRate + 0;
  return {
    sampleCount,
    successRate:
      rateKind({
        sampleCount,
        successRate,
      }) !== Rate.fraction
        ? successRate
        : toSteps(successRate) / RATE_STEPS$1,
  };
}
function rateKind({ sampleCount, successRate }) {
  const ratio = Math.round(successRate * sampleCount) / sampleCount;
  if (ratio === successRate) return Rate.ratio;
  if (Math.fround(ratio) === successRate) return Rate.float32Ratio;
  return Math.round(successRate * 100) / 100 === successRate ? Rate.percent : Rate.fraction;
}
function toSteps(successRate) {
  return Math.round(successRate * RATE_STEPS$1);
}
/** Reads what writeCounts wrote. */
function readCounts(reader) {
  const sampleCount = reader.integer(SAMPLES);
  if (sampleCount === 0) throw malformed('samples: 0, where 1 is the least');
  const kind = reader.symbol(RATE);
  if (kind === Rate.percent) {
    const failed = reader.integer(PERCENT_FAILED);
    if (failed > 100) throw malformed('success rate: is below 0');
    return {
      sampleCount,
      successRate: (100 - failed) / 100,
    };
  }
  if (kind === Rate.fraction) {
    const steps = 256 * reader.choice('success rate', 256) + reader.choice('success rate', 256);
    if (steps > RATE_STEPS$1) throw malformed('success rate: is above 1');
    return {
      sampleCount,
      successRate: steps / RATE_STEPS$1,
    };
  }
  const failures = reader.integer(FAILURES);
  if (failures > sampleCount) throw malformed('success rate: more failures than samples');
  const ratio = (sampleCount - failures) / sampleCount;
  return {
    sampleCount,
    successRate: kind === Rate.ratio ? ratio : Math.fround(ratio),
  };
}
// packages/compression/dist/v2/sections/pushed-patterns.js
var COUNT$2 = {
  name: 'patterns',
  typicalBits: 4,
};
/** Samples since the last push: not said, all of them, or fewer. */
var NEW = symbolField('new samples kind', [4, 8, 8]);
var FEWER = {
  name: 'new samples',
  typicalBits: 5,
};
/**
 * Writes the patterns of a delta but for their embeddings.
 * @throws SyncError `compression-limit` for too many, `invalid-pattern` for more new samples than
 * there are.
 */
function writePushedPatterns(patterns) {
  const { maxRequestPatterns } = V2_LIMITS;
  if (patterns.length > maxRequestPatterns)
    throw tooMany('patterns', patterns.length, maxRequestPatterns);
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  const genres = new GenreWriter(writer);
  writer.integer(COUNT$2, patterns.length);
  patterns.forEach((pattern, i) => {
    genres.write(pattern.genre);
    ids.write(pattern.id, pattern.genre);
    writeCounts(writer, pattern);
    const sampleCount = Math.min(pattern.sampleCount, MAX_INTEGER);
    const newSamples = checkNewSamples(pattern.newSamples, sampleCount, i);
    writer.symbol(NEW, newSamples === void 0 ? 0 : newSamples === sampleCount ? 1 : 2);
    if (newSamples !== void 0 && newSamples !== sampleCount) writer.integer(FEWER, newSamples);
  });
  return writer.finish();
}
function checkNewSamples(given, sampleCount, index) {
  if (given === void 0) return void 0;
  const newSamples = Math.min(given, MAX_INTEGER);
  if (Number.isInteger(newSamples) && newSamples >= 0 && newSamples <= sampleCount)
    return newSamples;
  const path = `patterns[${index}].newSamples`;
  const limit = `must be a whole number from 0 to sampleCount (${sampleCount})`;
  const details = {
    path,
    value: given,
    limit,
  };
  throw new SyncError('invalid-pattern', `pattern: ${path} ${limit}, but is ${given}`, details);
}
/** How many patterns a section holds: its first field. */
function readPatternCount(reader) {
  const count = reader.integer(COUNT$2);
  const { maxRequestPatterns } = V2_LIMITS;
  if (count > maxRequestPatterns)
    throw malformed(`patterns: are ${count}, above ${maxRequestPatterns}`);
  return count;
}
/** Reads what writePushedPatterns wrote; `reader` keeps what each field took. */
function readPushedPatterns(reader) {
  const ids = new IdReader(reader);
  const genres = new GenreReader(reader);
  const count = readPatternCount(reader);
  const patterns = [];
  for (let i = 0; i < count; i += 1) {
    const genre = genres.read();
    const pattern = {
      id: ids.read(genre),
      genre,
      ...readCounts(reader),
    };
    const kind = reader.symbol(NEW);
    const { sampleCount } = pattern;
    const newSamples = kind === 2 ? reader.integer(FEWER) : kind === 1 ? sampleCount : void 0;
    if (newSamples !== void 0 && newSamples > sampleCount)
      throw malformed('new samples: are more than the samples');
    patterns.push(
      newSamples === void 0
        ? pattern
        : {
            ...pattern,
            newSamples,
          },
    );
  }
  reader.finish();
  return patterns;
}
// packages/compression/dist/v2/sections/taste.js
var Kind = {
  vector: 0,
  sketch: 1,
};
/**
 * Writes a taste: a sketch as 32-bit floats; a vector stands behind those of the patterns.
 * @throws SyncError `serialization` for a sketch of another dimension, or with a NaN or infinity.
 */
function writeTaste(taste) {
  const writer = new ByteWriter();
  writer.u8(Kind[taste.kind]);
  if (taste.kind === 'sketch') {
    const { coordinates } = taste;
    if (coordinates.length !== 16 || !coordinates.every(Number.isFinite))
      throw unwritable('taste.coordinates', `must be 16 finite numbers`);
    for (const value of coordinates) writer.f32(value);
  }
  return writer.toBytes();
}
/** The sketch, or undefined where the taste is the last of the delta's embeddings. */
function readTaste(payload) {
  const reader = new ByteReader(payload);
  const kind = reader.u8();
  if (kind !== Kind.vector && kind !== Kind.sketch) throw malformed(`taste: kind ${kind}`);
  const length = kind === Kind.sketch ? 16 : 0;
  const coordinates = Float32Array.from({ length }, () => reader.f32());
  reader.finish('taste');
  if (kind === Kind.vector) return void 0;
  if (!coordinates.every(Number.isFinite)) throw malformed('taste: holds no finite number');
  return {
    kind: 'sketch',
    coordinates,
  };
}
// packages/compression/dist/v2/frames/delta-frame.js
/**
 * Writes a delta in one frame: all but the embeddings exact, these at the step of the rate, or as
 * fine as fits.
 * @throws SyncError `invalid-pattern` for a pattern that breaks a rule, `serialization` for another
 * value that does, `compression-limit` where it does not fit, `invalid-config` for a bad `random`.
 */
function encodeDeltaFrame(codec, delta, { base, rate, random = systemRandom }) {
  checkPorts({ random });
  validateSyncDelta(delta);
  const { taste } = delta;
  const vectors = delta.patterns.map(({ embedding }) => embedding);
  if (taste?.kind === 'vector') vectors.push(taste.vector);
  const sections = sectionsOf(codec, delta, base);
  const bare = writeFrame({
    kind: 'delta',
    sections,
  });
  const budgetBytes = Math.min(rate.budgetBytes, V2_LIMITS.maxRequestBytes);
  if (vectors.length === 0) {
    if (!(bare.length <= budgetBytes)) throw tooLarge$1(bare.length, budgetBytes);
    return {
      bytes: bare,
      meanCosine: 1,
      minCosine: 1,
    };
  }
  const common = {
    mode: 'upload',
    random,
    references: referencesOf(base),
  };
  const room = roomFor(budgetBytes - bare.length);
  const coded = coding(() => encodeAtStep() ?? encodeWithin());
  const embeddings = {
    type: SectionType.embeddings,
    payload: coded.bytes,
  };
  return {
    bytes: writeFrame({
      kind: 'delta',
      sections: [...sections, embeddings],
    }),
    ...fidelityOf(coded.cosines),
  };
  function encodeAtStep() {
    if (rate.step === void 0) return void 0;
    const atStep = codec.encode(vectors, {
      ...common,
      rate: { step: rate.step },
    });
    return atStep.bytes.length <= room ? atStep : void 0;
  }
  function encodeWithin() {
    const coarsest = rate.coarsestStep ?? COARSEST_STEP$2;
    try {
      const fitting = codec.encode(vectors, {
        ...common,
        rate: { budgetBytes: room },
      });
      if (fitting.step <= coarsest) return fitting;
    } catch (error) {
      if (!isCodecError(error, 'budget-too-small')) throw error;
    }
    const { bytes: least } = codec.encode(vectors, {
      ...common,
      rate: { step: coarsest },
    });
    throw tooLarge$1(bare.length + SECTION_BYTES + least.length, budgetBytes);
  }
}
/** The coarsest that the codec has. */
var COARSEST_STEP$2 = 1;
function referencesOf(base) {
  return asReferences(base?.patterns.map(({ embedding }) => embedding) ?? []);
}
/** Type and length of the embeddings section. */
var SECTION_BYTES = 3;
/** What the payload of one more section may have, so that frame and section have `left` bytes. */
function roomFor(left) {
  return left - (left - 2 < 128 ? 2 : left - 3 < 16384 ? 3 : 4);
}
function fidelityOf(cosines) {
  const sum = cosines.reduce((total, cosine) => total + cosine, 0);
  const minCosine = cosines.reduce((least, cosine) => Math.min(least, cosine), 1);
  return {
    meanCosine: cosines.length === 0 ? 1 : sum / cosines.length,
    minCosine,
  };
}
function tooLarge$1(size, limit) {
  return new SyncError(
    'compression-limit',
    `delta: takes ${size} bytes, but ${limit} are allowed; send fewer patterns or shorter names`,
    {
      size,
      limit,
    },
  );
}
function sectionsOf(codec, delta, base) {
  const { deviceId, position, version, timestamp, region, patterns, engagements, taste } = delta;
  const header = {
    codebookId: codebookIdOf(codec),
    deviceId,
    version,
    timestamp,
    ...(base === void 0 ? {} : { base }),
    ...(position === void 0 ? {} : { position }),
    ...(region === void 0 ? {} : { region }),
  };
  const sections = [
    {
      type: SectionType.header,
      payload: writeDeltaHeader(header),
    },
  ];
  if (patterns.length > 0)
    sections.push({
      type: SectionType.patterns,
      payload: writePushedPatterns(patterns),
    });
  if (engagements !== void 0 && engagements.length > 0)
    sections.push({
      type: SectionType.engagements,
      payload: writeEngagements(engagements),
    });
  if (taste !== void 0)
    sections.push({
      type: SectionType.taste,
      payload: writeTaste(taste),
    });
  return sections;
}
/**
 * Reads a delta frame.
 * @throws SyncError `version-conflict` where the base is unknown here; `compression-limit`,
 * `compression`, `protocol` or `invalid-pattern` for what is no frame of this protocol.
 */
function decodeDeltaFrame(codecs, bytes, options) {
  const { findBase, newestVersion = 0, unbiased = false } = options;
  const { maxPatterns = V2_LIMITS.maxRequestPatterns } = options;
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() => {
    const header = readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header')));
    const codec = codecs.find(header.codebookId);
    const metadata = read(frame, SectionType.patterns, (section) =>
      readPushedPatterns(reader(section)),
    );
    checkCount(metadata?.length ?? 0, maxPatterns);
    const engagements = read(frame, SectionType.engagements, (section) =>
      readEngagements(reader(section)),
    );
    const taste = findSection(frame, SectionType.taste);
    const sketch = taste === void 0 ? void 0 : readTaste(taste);
    const hasVector = taste !== void 0 && sketch === void 0;
    const count = (metadata?.length ?? 0) + Number(hasVector);
    const vectors = count === 0 ? [] : decodeVectors(codec, frame, header, count);
    const patterns = (metadata ?? []).map((pattern, i) => ({
      ...pattern,
      embedding: vectors[i] ?? /* @__PURE__ */ new Float32Array(),
    }));
    patterns.forEach(validatePatternData);
    const vector = hasVector ? vectors[vectors.length - 1] : void 0;
    const { deviceId, version, timestamp, position, region } = header;
    return {
      delta: {
        deviceId,
        version,
        timestamp,
        patterns,
        ...(position === void 0 ? {} : { position }),
        ...(region === void 0 ? {} : { region }),
        ...(engagements === void 0 ? {} : { engagements }),
        ...(sketch === void 0 ? {} : { taste: sketch }),
        ...(vector === void 0
          ? {}
          : {
              taste: {
                kind: 'vector',
                vector,
              },
            }),
      },
      header,
    };
  });
  function decodeVectors(codec, frame, header, count) {
    const references = referencesOf(header.base === void 0 ? void 0 : requireBase(header.base));
    const message = requireSection(frame, SectionType.embeddings, 'embeddings');
    if (modeOfMessage(message) !== 'upload') throw malformed('a delta whose embeddings are biased');
    return codec.decode(message, {
      count,
      references,
      unbiased,
    });
  }
  function requireBase(reference) {
    const base = findBase(reference);
    if (base !== void 0) return base;
    const { stream, version } = reference;
    throw new SyncError(
      'version-conflict',
      `The delta is coded against version ${version} of ${stream}, whose content is not known here; send it without base`,
      {
        local: version,
        remote: newestVersion,
      },
      { retryable: true },
    );
  }
}
function checkCount(count, limit) {
  if (count <= limit) return;
  const path = `patterns[${limit}]`;
  throw new SyncError(
    'invalid-pattern',
    `delta: has ${count} patterns, but ${limit} are allowed; send fewer`,
    {
      path,
      value: count,
      limit: String(limit),
    },
  );
}
function reader(payload) {
  return new FieldReader(payload);
}
function read(frame, type, readSection) {
  const payload = findSection(frame, type);
  return payload === void 0 ? void 0 : readSection(payload);
}
/** Reads no more than whose delta a frame is. @throws SyncError as `decodeDeltaFrame`. */
function readDeltaFrameHeader(bytes) {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'delta');
  return reading(() =>
    readDeltaHeader(reader(requireSection(frame, SectionType.header, 'header'))),
  );
}
// packages/compression/dist/v2/sections/snapshot-header.js
var HAS_BASE = flagField('base', 1, 1);
var AGE$1 = {
  name: 'generation',
  typicalBits: 3,
};
var LAYERS = {
  name: 'layers',
  typicalBits: 1,
};
var LAYER_COUNT = {
  name: 'layer size',
  typicalBits: 4,
};
var CODING_ERROR = {
  name: 'coding error',
  typicalBits: 11,
};
/** Steps of a coding error; 1 is the largest. */
var ERROR_STEPS = 65536;
/** A coding error as a header holds it, rounded up. */
function toHeaderError(error) {
  return Math.min(ERROR_STEPS, Math.ceil(error * ERROR_STEPS)) / ERROR_STEPS;
}
function writeSnapshotHeader(header) {
  const { reference, base, layers } = header;
  const writer = new FieldWriter();
  writer.bits('codebook', parseInt(header.codebookId, 16), 32);
  writeReference(writer, reference);
  writer.flag(HAS_BASE, base !== void 0);
  if (base !== void 0) writeReference(writer, base);
  writer.bits('time', toUnixMs(header.timestamp), 48);
  writer.integer(AGE$1, reference.version - header.generation);
  writer.integer(LAYERS, layers.length);
  for (const { count, codingError } of layers) {
    writer.integer(LAYER_COUNT, count);
    writer.integer(CODING_ERROR, codingError * ERROR_STEPS);
  }
  return writer.finish();
}
/** Reads what writeSnapshotHeader wrote; `reader` keeps what each field took. */
function readSnapshotHeader(reader) {
  const codebookId = toCodebookId(reader.bits('codebook', 32));
  const reference = readReference(reader);
  const base = reader.flag(HAS_BASE) ? readReference(reader) : void 0;
  const timestamp = toTimestamp$1(reader.bits('time', 48));
  const generation = reference.version - reader.integer(AGE$1);
  if (generation < 0) throw malformed('generation: is before the first version');
  const layers = readLayers(reader);
  reader.finish();
  const header = {
    codebookId,
    reference,
    timestamp,
    generation,
    layers,
  };
  return base === void 0
    ? header
    : {
        ...header,
        base,
      };
}
function readLayers(reader) {
  const length = reader.integer(LAYERS);
  const { maxLayers, maxVectors } = V2_LIMITS;
  if (length > maxLayers) throw malformed(`layers: are ${length}, above ${maxLayers}`);
  let vectors = 0;
  return Array.from({ length }, () => {
    const count = reader.integer(LAYER_COUNT);
    vectors += count;
    if (count === 0 || vectors > maxVectors)
      throw malformed(`layers: hold 0 or more than ${maxVectors} embeddings`);
    const steps = reader.integer(CODING_ERROR);
    if (steps > ERROR_STEPS) throw malformed('coding error: is above 1');
    return {
      count,
      codingError: steps / ERROR_STEPS,
    };
  });
}
// packages/compression/dist/v2/snapshot.js
var HASH_BYTES = 8;
/** The first 64 bits of the SHA-256 of a snapshot's content, as hexadecimal digits. */
function hashSnapshot({ stream, version, timestamp, patterns, trends }) {
  const writer = new ByteWriter();
  writer.text(stream);
  writer.varint(version);
  writer.varint(toUnixMs(timestamp));
  writer.varint(patterns.length);
  for (const pattern of patterns) {
    writePattern(writer, pattern);
    for (const value of pattern.embedding) writer.f32(value);
  }
  writer.varint(trends.length);
  for (const trend of trends) writeTrend(writer, trend);
  return toHex(sha256(writer.toBytes()).subarray(0, HASH_BYTES));
}
function writePattern(writer, pattern) {
  writer.text(pattern.id);
  writer.text(pattern.genre);
  writer.f64(pattern.successRate);
  writer.varint(pattern.sampleCount);
}
function writeTrend(writer, trend) {
  writer.hex('content hash', toContentHash(trend.contentId), 6);
  writer.f64(trend.score);
  writer.text(trend.region);
  writer.text(trend.genre);
  writer.varint(toUnixMs(trend.calculatedAt));
}
/** True for two names of the same content. */
function isSameSnapshot(a, b) {
  return a !== void 0 && a.stream === b?.stream && a.version === b.version && a.hash === b.hash;
}
/** Tells the patterns of a snapshot apart; a NUL in an id must not make two of them one. */
function keyOf({ id, genre }) {
  return `${id.length} ${id}${genre}`;
}
// packages/compression/dist/v2/sections/snapshot-patterns.js
var COUNT$1 = {
  name: 'patterns',
  typicalBits: 5,
};
/** The pattern behind the base's last one, another one of the base, or none of it. */
var ORIGIN = symbolField('origin', [24, 4, 8]);
var Origin = {
  next: 0,
  jump: 1,
  added: 2,
};
var SAME_COUNTS = flagField('counts kept', 2, 6);
var SAME_PLACE = flagField('embedding kept', 2, 6);
var NEXT_PLACE = flagField('embedding', 1, 12);
/**
 * Writes the patterns of a snapshot, in order, each against its namesake in the base.
 * @param known how many vectors the reader has; the others are new to it, in order.
 */
function writeSnapshotPatterns(patterns, base, known) {
  const writer = new FieldWriter();
  const ids = new IdWriter(writer);
  const genres = new GenreWriter(writer);
  const indexes = new Map(base.map((pattern, index) => [keyOf(pattern), index]));
  writer.integer(COUNT$1, patterns.length);
  let next = 0;
  let nextPlace = known;
  for (const pattern of patterns) {
    const index = indexes.get(keyOf(pattern));
    const before = index === void 0 ? void 0 : base[index];
    if (index === void 0 || before === void 0) {
      writer.symbol(ORIGIN, Origin.added);
      genres.write(pattern.genre);
      ids.write(pattern.id, pattern.genre);
      writeCounts(writer, pattern);
    } else {
      writer.symbol(ORIGIN, index === next ? Origin.next : Origin.jump);
      if (index !== next) writer.choice('origin', index, base.length);
      next = index + 1;
      const isSame =
        before.sampleCount === pattern.sampleCount && before.successRate === pattern.successRate;
      writer.flag(SAME_COUNTS, isSame);
      if (!isSame) writeCounts(writer, pattern);
      writer.flag(SAME_PLACE, before.place === pattern.place);
      if (before.place === pattern.place) continue;
    }
    writer.flag(NEXT_PLACE, pattern.place === nextPlace);
    if (pattern.place !== nextPlace) writer.bits('embedding', pattern.place, PLACE_BITS);
    nextPlace = pattern.place + 1;
  }
  return writer.finish();
}
var PLACE_BITS = 12;
/** Reads what writeSnapshotPatterns wrote; `reader` keeps what each field took. */
function readSnapshotPatterns(reader, base, known) {
  const ids = new IdReader(reader);
  const genres = new GenreReader(reader);
  const count = reader.integer(COUNT$1);
  if (count > V2_LIMITS.maxPatterns)
    throw malformed(`patterns: are ${count}, above ${V2_LIMITS.maxPatterns}`);
  const patterns = [];
  let next = 0;
  let nextPlace = known;
  for (let i = 0; i < count; i += 1) {
    const origin = reader.symbol(ORIGIN);
    if (origin === Origin.added) {
      const genre = genres.read();
      const added = {
        id: ids.read(genre),
        genre,
        ...readCounts(reader),
      };
      patterns.push({
        ...added,
        place: readPlace(),
      });
      continue;
    }
    const index = origin === Origin.next ? next : reader.choice('origin', base.length);
    const before = base[index];
    if (before === void 0) throw malformed('origin: is no pattern of the base');
    next = index + 1;
    const counts = reader.flag(SAME_COUNTS) ? {} : readCounts(reader);
    const place = reader.flag(SAME_PLACE) ? before.place : readPlace();
    patterns.push({
      ...before,
      ...counts,
      place,
    });
  }
  reader.finish();
  return patterns;
  function readPlace() {
    const place = reader.flag(NEXT_PLACE) ? nextPlace : reader.bits('embedding', PLACE_BITS);
    nextPlace = place + 1;
    return place;
  }
}
// packages/compression/dist/v2/sections/trends.js
var COUNT = {
  name: 'trends',
  typicalBits: 5,
};
/** What comes next in the order of hashes: one of the base, kept, changed or gone, or an added one. */
var STEP = symbolField('step', [16, 8, 4, 8]);
var Step = {
  kept: 0,
  changed: 1,
  removed: 2,
  added: 3,
};
var HASH_GAP = {
  name: 'content hash',
  typicalBits: 41,
};
var SCORE_KIND = flagField('score kind', 12, 1);
var SCORE = {
  name: 'score',
  typicalBits: 9,
};
var SCORE_STEPS$1 = 1e3;
var SAME_TIME = flagField('time', 1, 8);
var AGE = {
  name: 'time',
  typicalBits: 24,
};
var SAME_REGION = flagField('region', 1, 12);
/**
 * Trends as a snapshot holds them: named by hash, in the order of hash and region, once each (the
 * first of several).
 * @throws SyncError `serialization` for a score beyond 32-bit floats.
 */
function canonicalTrends(trends) {
  const byKey = /* @__PURE__ */ new Map();
  for (const trend of trends) {
    const contentId = unresolvedId(toContentHash(trend.contentId));
    const calculatedAt = toTimestamp$1(toUnixMs(trend.calculatedAt));
    const key = sortKey({
      contentId,
      region: trend.region,
    });
    if (!byKey.has(key))
      byKey.set(key, {
        ...trend,
        contentId,
        calculatedAt,
        score: toScore(trend.score),
      });
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, trend]) => trend);
}
/** Thousandths are exact; other scores are rounded to 32-bit floats. Zero has one sign. */
function toScore(score) {
  const coded = isThousandths(score) ? score : Math.fround(score);
  if (Number.isFinite(coded)) return coded + 0;
  throw unwritable('score', `must be a number in the range of 32-bit floats, but is ${score}`);
}
function isThousandths(score) {
  const steps = Math.round(score * SCORE_STEPS$1);
  return steps >= 0 && steps <= 1e9 && steps / SCORE_STEPS$1 === score;
}
/**
 * Writes canonical trends against those of the base.
 * @param publishedMs of the snapshot: ages are counted from there.
 */
function writeTrends(trends, base, publishedMs) {
  const writer = new FieldWriter();
  const genres = new GenreWriter(writer);
  const state = new Previous(publishedMs);
  writer.integer(COUNT, trends.length);
  let at = 0;
  for (const trend of trends) {
    const key = sortKey(trend);
    for (; at < base.length && sortKey(base[at]) < key; at += 1) {
      writer.symbol(STEP, Step.removed);
      state.hash = hashOf(base[at]);
    }
    const before = base[at];
    if (before !== void 0 && sortKey(before) === key && before.genre === trend.genre) {
      const isSame = before.score === trend.score && before.calculatedAt === trend.calculatedAt;
      writer.symbol(STEP, isSame ? Step.kept : Step.changed);
      at += 1;
      state.hash = hashOf(trend);
      if (isSame) continue;
    } else {
      writer.symbol(STEP, Step.added);
      writer.integer(HASH_GAP, hashOf(trend) - state.hash);
      state.hash = hashOf(trend);
      writer.flag(SAME_REGION, trend.region === state.region);
      if (trend.region !== state.region) writeRegion(writer, trend.region);
      state.region = trend.region;
      genres.write(trend.genre);
    }
    writeScore(trend.score);
    const calculatedMs = toUnixMs(trend.calculatedAt);
    writer.flag(SAME_TIME, calculatedMs === state.calculatedMs);
    if (calculatedMs !== state.calculatedMs) writer.signed(AGE, publishedMs - calculatedMs);
    state.calculatedMs = calculatedMs;
  }
  return writer.finish();
  function writeScore(score) {
    writer.flag(SCORE_KIND, !isThousandths(score));
    if (isThousandths(score)) writer.integer(SCORE, Math.round(score * SCORE_STEPS$1));
    else writer.bytes('score', floatBytes(score));
  }
}
/** Reads what writeTrends wrote; `reader` keeps what each field took. */
function readTrends(reader, base, publishedMs) {
  const genres = new GenreReader(reader);
  const state = new Previous(publishedMs);
  const count = reader.integer(COUNT);
  if (count > V2_LIMITS.maxTrends)
    throw malformed(`trends: are ${count}, above ${V2_LIMITS.maxTrends}`);
  const trends = [];
  let at = 0;
  while (trends.length < count) {
    const step = reader.symbol(STEP);
    if (step === Step.added) {
      trends.push(readAdded());
      continue;
    }
    const before = base[at];
    if (before === void 0) throw malformed('step: is behind the last trend of the base');
    at += 1;
    state.hash = hashOf(before);
    if (step === Step.kept) trends.push(before);
    if (step === Step.changed)
      trends.push({
        ...before,
        ...readValue(),
      });
  }
  reader.finish();
  if (trends.some((trend, i) => i > 0 && !(sortKey(trends[i - 1]) < sortKey(trend))))
    throw malformed('trends: are not in the order of their hashes');
  return trends;
  function readAdded() {
    const hash = state.hash + reader.integer(HASH_GAP);
    if (!(hash < 2 ** 48)) throw malformed('content hash: has more than 48 bits');
    state.hash = hash;
    const contentId = unresolvedId(hash.toString(16).padStart(12, '0'));
    if (!reader.flag(SAME_REGION)) state.region = readRegion(reader);
    return {
      contentId,
      region: state.region,
      genre: genres.read(),
      ...readValue(),
    };
  }
  function readValue() {
    const score = reader.flag(SCORE_KIND) ? readFloat() : reader.integer(SCORE) / SCORE_STEPS$1;
    if (!reader.flag(SAME_TIME)) state.calculatedMs = publishedMs - reader.signed(AGE);
    if (!(state.calculatedMs >= 0)) throw malformed('time: is before 1970');
    return {
      score,
      calculatedAt: toTimestamp$1(state.calculatedMs),
    };
  }
  function readFloat() {
    const bytes = reader.bytes('score', 4);
    const score = new DataView(bytes.buffer).getFloat32(0);
    if (!Number.isFinite(score)) throw malformed('score: is no finite number');
    return score;
  }
}
/** What the trend before had. */
var Previous = class {
  calculatedMs;
  hash = 0;
  region = 'ZZ';
  constructor(calculatedMs) {
    this.calculatedMs = calculatedMs;
  }
};
function floatBytes(value) {
  const bytes = /* @__PURE__ */ new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  return bytes;
}
function hashOf(trend) {
  return parseInt(toContentHash(trend?.contentId ?? ''), 16);
}
function sortKey(trend) {
  return `${trend?.contentId ?? ''} ${trend?.region ?? ''}`;
}
// packages/compression/dist/v2/frames/snapshot-frame.js
/** Writes all of a snapshot. Snapshots with one content give the same bytes. */
function encodeSnapshotFrame(snapshot) {
  return encode(snapshot, void 0);
}
/** True when a diff can be made from `base`: what is coded in it predicts from what the base has. */
function canDiff(base, snapshot) {
  return (
    base.stream === snapshot.stream &&
    base.generation === snapshot.generation &&
    base.codebookId === snapshot.codebookId &&
    base.layers.length <= snapshot.layers.length &&
    base.layers.every(({ message }, i) => isSame(message, snapshot.layers[i]?.message))
  );
}
/**
 * Writes what a snapshot has and `base` lacks.
 * @throws SyncError `compression` where the two are not of one generation (`canDiff`).
 */
function encodeDiffFrame(base, snapshot) {
  if (!canDiff(base, snapshot)) throw malformed('a diff between two generations');
  return encode(snapshot, base);
}
function encode(snapshot, base) {
  const { codebookId, generation, timestamp, layers, trends } = snapshot;
  const added = layers.slice(base?.layers.length ?? 0);
  const header = writeSnapshotHeader({
    codebookId,
    reference: snapshot,
    ...(base === void 0 ? {} : { base }),
    timestamp,
    generation,
    layers: added,
  });
  const patterns = writeSnapshotPatterns(
    placed(snapshot),
    base === void 0 ? [] : placed(base),
    base?.vectors.length ?? 0,
  );
  return writeFrame({
    kind: base === void 0 ? 'snapshot' : 'diff',
    sections: [
      {
        type: SectionType.header,
        payload: header,
      },
      {
        type: SectionType.patterns,
        payload: patterns,
      },
      ...added.map(({ message }) => ({
        type: SectionType.embeddings,
        payload: message,
      })),
      {
        type: SectionType.trends,
        payload: writeTrends(trends, base?.trends ?? [], toUnixMs(timestamp)),
      },
    ],
  });
}
function placed({ patterns, places }) {
  return patterns.map(({ id, genre, sampleCount, successRate }, i) => ({
    id,
    genre,
    sampleCount,
    successRate,
    place: places[i] ?? 0,
  }));
}
/** The base that a frame starts from; undefined for a full one. @throws SyncError as below. */
function readSnapshotFrameBase(bytes) {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'snapshot', 'diff');
  return reading(() => readHeader(frame).base);
}
/**
 * Reads a snapshot from a frame, full or diff.
 * @param base what the reader holds; a diff needs the one that it names.
 * @throws SyncError `version-conflict` where a diff is not to `base`; `compression-limit`,
 * `compression` or `protocol` for what is no frame of this protocol, or does not make the content
 * whose hash it names.
 */
function decodeSnapshotFrame(codecs, bytes, base) {
  const frame = readFrame(bytes, V2_LIMITS.maxResponseBytes);
  requireKind(frame, 'snapshot', 'diff');
  return reading(() => decode(codecs, frame, base));
}
function readHeader(frame) {
  const header = readSnapshotHeader(
    new FieldReader(requireSection(frame, SectionType.header, 'header')),
  );
  if ((header.base === void 0) !== (frame.kind === 'snapshot'))
    throw malformed(`a ${frame.kind} ${header.base === void 0 ? 'without' : 'with'} base`);
  return header;
}
function decode(codecs, frame, held) {
  const header = readHeader(frame);
  const { reference, codebookId, generation, timestamp } = header;
  if (header.base !== void 0 && !isSameSnapshot(header.base, held))
    throw unknownBase(header.base, held);
  const base = header.base === void 0 ? void 0 : held;
  if (base !== void 0 && (base.generation !== generation || base.codebookId !== codebookId))
    throw malformed('a diff to another generation');
  const messages = findSections(frame, SectionType.embeddings);
  const added = header.layers;
  if (messages.length !== added.length)
    throw malformed(`${messages.length} embeddings sections where its header has ${added.length}`);
  const codec = codecs.find(codebookId);
  const layers = [...(base?.layers ?? [])];
  const vectors = [...(base?.vectors ?? [])];
  const known = vectors.length;
  const total = added.reduce((sum, { count }) => sum + count, known);
  if (total > V2_LIMITS.maxVectors) throw malformed(`${total} embeddings`);
  added.forEach((layer, i) => {
    const message = messages[i] ?? /* @__PURE__ */ new Uint8Array();
    const { count } = layer;
    if (modeOfMessage(message) !== 'download') throw malformed('a layer that is dithered');
    vectors.push(
      ...codec.decode(message, {
        count,
        references: asReferences(vectors),
      }),
    );
    layers.push({
      ...layer,
      message: message.slice(),
    });
  });
  const metadata = readSnapshotPatterns(
    new FieldReader(requireSection(frame, SectionType.patterns, 'patterns')),
    base === void 0 ? [] : placed(base),
    known,
  );
  const trends = readTrends(
    new FieldReader(requireSection(frame, SectionType.trends, 'trends')),
    base?.trends ?? [],
    toUnixMs(timestamp),
  );
  const patterns = metadata.map(({ place, ...pattern }) => {
    const embedding = vectors[place];
    if (embedding === void 0) throw malformed(`embedding: there is none at place ${place}`);
    return {
      ...pattern,
      embedding,
    };
  });
  const { stream, version, hash } = reference;
  const content = {
    stream,
    version,
    timestamp,
    patterns,
    trends,
  };
  if (hashSnapshot(content) !== hash)
    throw malformed(`version ${version} of ${stream} does not have the content of its hash`);
  const places = metadata.map(({ place }) => place);
  return {
    ...content,
    hash,
    generation,
    codebookId,
    layers,
    vectors,
    places,
  };
}
function unknownBase(base, held) {
  return new SyncError(
    'version-conflict',
    `The diff starts from version ${base.version} of ${base.stream} (${base.hash}), which is not held here`,
    {
      local: held?.version ?? NaN,
      remote: base.version,
    },
    { retryable: true },
  );
}
function isSame(a, b) {
  return a.length === b?.length && a.every((byte, i) => byte === b[i]);
}
// packages/compression/dist/v2/v2-format.js
/** Media type of all frames. */
var FRAME_MEDIA_TYPE = 'application/vnd.omega-tv.frame';
/**
 * The v2 wire format: compact frames.
 * @throws SyncError `invalid-config` without a codec, or for an option that cannot work.
 * @example
 * ```ts
 * import { createV2Format } from '@omega-tv/compression';
 * import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
 * import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
 *
 * const format = createV2Format({ codecs: [createEmbeddingCodec(readMiniLmCodebook())] });
 * const embedding = Float32Array.from({ length: 384 }, (_, i) => Math.sin(i) / 14); // yours: MiniLM
 * const pattern = { id: 'evening', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' };
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [pattern], version: 1, timestamp };
 * const { bytes, fidelity } = await format.encodeDelta(delta);
 * console.log(bytes.length < 1024, fidelity.minCosine > 0.95); // => true true
 * ```
 */
function createV2Format(options) {
  checkPorts(options);
  const { random = systemRandom } = options;
  const codecs = new Codecs(options.codecs);
  const titles = [...(options.titles ?? [])];
  const encode = (delta, { base, tier = 'normal' }) => {
    const common = {
      random,
      ...(base === void 0 ? {} : { base }),
    };
    try {
      return encodeDeltaFrame(codecs.first, delta, {
        ...common,
        rate: BUDGET_TIERS[tier],
      });
    } catch (error) {
      if (delta.patterns.length > 1 || !isSyncError(error, 'compression-limit')) throw error;
      const rate = {
        ...BUDGET_TIERS[tier],
        budgetBytes: V2_LIMITS.maxRequestBytes,
      };
      return encodeDeltaFrame(codecs.first, delta, {
        ...common,
        rate,
      });
    }
  };
  const decodeSnapshot = (bytes, base) => {
    const snapshot = decodeSnapshotFrame(codecs, bytes, base);
    return {
      snapshot,
      globals: resolve(snapshot),
    };
  };
  const resolve = (snapshot) => {
    const own = snapshot.patterns.map(({ id, genre }) => ({
      id,
      genres: [genre],
    }));
    const toId = createContentResolver([...titles, ...own]);
    const { patterns, version, timestamp } = snapshot;
    return {
      patterns,
      trends: snapshot.trends.map((trend) => ({
        ...trend,
        contentId: toId(trend),
      })),
      version,
      timestamp,
    };
  };
  return {
    protocolVersion: 2,
    mediaType: `${FRAME_MEDIA_TYPE};version=2`,
    accept: `${FRAME_MEDIA_TYPE};version=2;codebooks="${codecs.ids.join(' ')}"`,
    maxRequestBytes: V2_LIMITS.maxRequestBytes,
    maxResponseBytes: V2_LIMITS.maxResponseBytes,
    encodeDelta: (delta, context = {}) =>
      Promise.resolve().then(() => {
        const { bytes, meanCosine, minCosine } = encode(delta, context);
        return {
          bytes,
          fidelity: {
            meanCosine,
            minCosine,
          },
        };
      }),
    splitDelta: (delta, context = {}) => split(delta, (part) => encode(part, context)),
    decodeAnswer: (bytes, base) =>
      Promise.resolve().then(() => {
        const { receipt, window, current, snapshot: frame } = decodeAnswerFrame(bytes);
        if (frame === void 0)
          return {
            receipt,
            window,
            current,
          };
        try {
          return {
            receipt,
            window,
            current,
            ...decodeSnapshot(frame, base),
          };
        } catch (snapshotError) {
          if (!isSyncError(snapshotError)) throw snapshotError;
          return {
            receipt,
            window,
            current,
            snapshotError,
          };
        }
      }),
    decodeSnapshot,
  };
}
/** As many patterns a message as fit. */
async function split(delta, encode) {
  const parts = [];
  let { patterns } = delta;
  const { engagements: _, taste: __, ...further } = delta;
  do {
    const head = parts.length === 0 ? delta : further;
    const left = patterns;
    const count = await largestFitting(left.length, (n) =>
      Promise.resolve(
        fits(
          {
            ...head,
            patterns: left.slice(0, n),
          },
          encode,
        ),
      ),
    );
    const part = {
      ...head,
      patterns: left.slice(0, Math.max(1, count)),
    };
    if (count === 0) encode(part);
    parts.push(part);
    patterns = left.slice(part.patterns.length);
  } while (patterns.length > 0);
  return parts;
}
function fits(delta, encode) {
  try {
    encode(delta);
    return true;
  } catch (error) {
    if (isSyncError(error, 'compression-limit')) return false;
    throw error;
  }
}
// packages/compression/dist/v1/estimate.js
var BYTES_PER_COORDINATE = 4.65;
/** Names cost less than their length: letters are skewed, UUIDs are hexadecimal. */
var BYTES_PER_NAME_BYTE = 0.7;
/** Its keys and the tables of the entropy coder, paid once. */
var FIRST_PATTERN_BYTES = 140;
/**
 * Estimates what a delta weighs as a v1 body with exact embeddings, without compressing it.
 * Within 10 % on real embeddings; far too high on constant ones. Bytes.
 * @example
 * ```ts
 * import { estimateCompressedSize } from '@omega-tv/compression';
 *
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'tv-kitchen', patterns: [], version: 1, timestamp };
 * console.log(estimateCompressedSize(delta)); // => 87
 * ```
 */
function estimateCompressedSize(delta) {
  const envelopeBytes = utf8Length(
    syncDeltaToJson({
      ...delta,
      patterns: [],
    }),
  );
  if (delta.patterns.length === 0) return envelopeBytes;
  const patternBytes = delta.patterns.reduce((sum, pattern) => sum + estimatePattern(pattern), 0);
  return Math.round(envelopeBytes + FIRST_PATTERN_BYTES + patternBytes);
}
function estimatePattern({ id, genre, embedding }) {
  return (
    embedding.filter((value) => value !== 0).length * BYTES_PER_COORDINATE +
    utf8Length(id + genre) * BYTES_PER_NAME_BYTE
  );
}
function utf8Length(text) {
  return new TextEncoder().encode(text).length;
}
// packages/compression/dist/v2/publish-snapshot.js
/** How many times the bytes of its first layer all layers of a generation may have. */
var MAX_GROWTH = 2;
/** The coarsest that the codec has. */
var COARSEST_STEP$1 = 1;
/**
 * Makes a version's one content. A pattern that is still within the coding error of the version
 * before keeps its floats; one that moved, or is new, is coded once, predicted from what the version
 * before has, and no finer than that. When replaced embeddings have doubled what a generation
 * takes, or it no longer fits, a new one begins: then all patterns are coded anew.
 * @throws SyncError `invalid-pattern` or `serialization` for global patterns that break a rule,
 * `compression-limit` where not even the trends fit, or not all patterns and they had to.
 */
function publishSnapshot(codec, globals, options) {
  validateGlobalPatterns(globals);
  const { maxPatterns, maxTrends, maxResponseBytes } = V2_LIMITS;
  const budgetBytes = Math.min(options.budgetBytes, maxResponseBytes);
  const trends = canonicalTrends(globals.trends);
  if (trends.length > maxTrends) throw tooMany('trends', trends.length, maxTrends);
  if (options.shortage === 'refuse' && globals.patterns.length > maxPatterns)
    throw tooMany('patterns', globals.patterns.length, maxPatterns);
  const publication = {
    stream: options.stream,
    version: globals.version,
    timestamp: toTimestamp$1(toUnixMs(globals.timestamp)),
    trends,
    codebookId: codebookIdOf(codec),
    patterns: globals.patterns.slice(0, maxPatterns),
  };
  const limited = {
    ...options,
    budgetBytes,
  };
  return coding(
    () =>
      continueGeneration(codec, publication, limited) ??
      beginGeneration(codec, publication, limited),
  );
}
/** The previous version with one more layer, where something moved; undefined where that does not fit. */
function continueGeneration(codec, publication, options) {
  const { previous, budgetBytes, diffBudgetBytes = budgetBytes } = options;
  const [first] = previous?.layers ?? [];
  if (previous === void 0 || first === void 0) return void 0;
  const { stream, codebookId, generation } = previous;
  if (publication.codebookId !== codebookId || publication.stream !== stream) return void 0;
  const kept = placesKept(publication.patterns, previous);
  const moved = publication.patterns.filter((_, i) => kept[i] === void 0);
  let next = previous.vectors.length;
  const places = kept.map((place) => place ?? next++);
  const continued = (layers, vectors) =>
    finish(publication, {
      generation,
      places,
      layers,
      vectors,
    });
  const overshoot = (snapshot) =>
    Math.max(
      encodeSnapshotFrame(snapshot).length - budgetBytes,
      encodeDiffFrame(previous, snapshot).length - diffBudgetBytes,
    );
  const snapshot =
    moved.length === 0
      ? continued(previous.layers, previous.vectors)
      : codeFitting({
          encode: encoderOf(codec, moved, previous.vectors),
          finest: stepOfMessage(first.message),
          coarsest: options.coarsestStep,
          overshoot,
          build: (coded) =>
            continued(
              [...previous.layers, layerOf(coded, moved)],
              [...previous.vectors, ...coded.decoded],
            ),
        });
  if (snapshot === void 0 || !(overshoot(snapshot) <= 0)) return void 0;
  const bytes = snapshot.layers.reduce((sum, { message }) => sum + message.length, 0);
  const { maxLayers, maxVectors } = V2_LIMITS;
  const isLarge = bytes > MAX_GROWTH * first.message.length;
  const isFull = snapshot.layers.length > maxLayers || snapshot.vectors.length > maxVectors;
  return isLarge || isFull ? void 0 : snapshot;
}
/** Where the embeddings lie that are still good enough; undefined for those to be coded. */
function placesKept(patterns, previous) {
  const errors = previous.layers.flatMap(({ count, codingError }) =>
    Array.from({ length: count }, () => codingError),
  );
  const before = new Map(previous.patterns.map((pattern, i) => [keyOf(pattern), i]));
  return patterns.map((pattern) => {
    const index = before.get(keyOf(pattern)) ?? -1;
    const place = previous.places[index];
    const embedding = previous.patterns[index]?.embedding;
    if (place === void 0 || embedding === void 0) return void 0;
    return errorOf(embedding, pattern.embedding) <= (errors[place] ?? 0) ? place : void 0;
  });
}
/** Codes all patterns anew, as fine as fits; else as many as fit at the coarsest. */
function beginGeneration(
  codec,
  publication,
  { budgetBytes, step, coarsestStep = COARSEST_STEP$1, shortage = 'drop' },
) {
  const { patterns, version: generation } = publication;
  const build = (some, coded) =>
    finish(
      {
        ...publication,
        patterns: some,
      },
      {
        generation,
        layers: coded === void 0 ? [] : [layerOf(coded, some)],
        vectors: coded?.decoded ?? [],
        places: some.map((_, i) => i),
      },
    );
  const overshoot = (snapshot) => encodeSnapshotFrame(snapshot).length - budgetBytes;
  const coarsest = (count) => {
    const some = patterns.slice(0, count);
    if (count === 0) return build(some);
    return build(some, encoderOf(codec, some, [])({ step: coarsestStep }));
  };
  if (patterns.length > 0) {
    const all = codeFitting({
      encode: encoderOf(codec, patterns, []),
      finest: step,
      coarsest: coarsestStep,
      overshoot,
      build: (coded) => build(patterns, coded),
    });
    if (all !== void 0) return all;
  }
  const most = shortage === 'refuse' ? patterns.length : 0;
  const least = coarsest(most);
  if (!(overshoot(least) <= 0)) {
    const size = encodeSnapshotFrame(least).length;
    throw new SyncError(
      'compression-limit',
      `snapshot: takes ${size} bytes with ${most} ${most === 1 ? 'pattern' : 'patterns'}, but ${budgetBytes} are allowed; publish fewer trends or patterns`,
      {
        size,
        limit: budgetBytes,
      },
    );
  }
  let [best, fitting, tooMuch] = [least, most, patterns.length + 1];
  while (tooMuch - fitting > 1) {
    const count = (fitting + tooMuch) >> 1;
    const snapshot = coarsest(count);
    if (overshoot(snapshot) <= 0) [best, fitting] = [snapshot, count];
    else tooMuch = count;
  }
  return best;
}
function encoderOf(codec, patterns, vectors) {
  const embeddings = patterns.map(({ embedding }) => embedding);
  const references = asReferences(vectors);
  return (rate) =>
    codec.encode(embeddings, {
      mode: 'download',
      references,
      rate,
    });
}
/** The snapshot at the finest step allowed that fits; undefined where none does. */
function codeFitting(fitting) {
  const { encode, build, overshoot, coarsest = COARSEST_STEP$1 } = fitting;
  const finest = Math.min(fitting.finest ?? 0, coarsest);
  let coded = encode({ step: finest > 0 ? finest : coarsest });
  let snapshot = build(coded);
  let excess = overshoot(snapshot);
  if (finest > 0 && excess <= 0) return snapshot;
  for (let room = coded.bytes.length - excess; room > 0; room -= excess) {
    try {
      coded = encode({ budgetBytes: room });
    } catch (error) {
      if (isCodecError(error, 'budget-too-small')) return void 0;
      throw error;
    }
    if (coded.step < finest || coded.step > coarsest) return void 0;
    snapshot = build(coded);
    excess = overshoot(snapshot);
    if (excess <= 0) return snapshot;
  }
}
function layerOf({ bytes, decoded }, patterns) {
  const codingError = toHeaderError(
    decoded
      .map((vector, i) => errorOf(vector, patterns[i]?.embedding ?? vector))
      .reduce((most, error) => Math.max(most, error), 0),
  );
  return {
    message: bytes,
    count: decoded.length,
    codingError,
  };
}
/** The squared distance as a share of the exact vector's squared length. */
function errorOf(coded, exact) {
  let [distance, length] = [0, 0];
  exact.forEach((value, i) => {
    const miss = value - (coded[i] ?? 0);
    distance += miss * miss;
    length += value * value;
  });
  return distance === 0 ? 0 : distance / length;
}
function finish({ patterns: exact, ...publication }, coded) {
  const patterns = exact.map((pattern, i) => {
    const embedding = coded.vectors[coded.places[i] ?? 0] ?? /* @__PURE__ */ new Float32Array();
    const { id, genre, sampleCount, successRate } = pattern;
    return {
      id,
      genre,
      ...asCoded({
        sampleCount,
        successRate,
      }),
      embedding,
    };
  });
  const content = {
    ...publication,
    patterns,
  };
  return {
    ...content,
    ...coded,
    hash: hashSnapshot(content),
  };
}
// packages/compression/dist/v2/frames/batch-frame.js
/**
 * Puts delta frames of one device into one body, in order.
 * @throws SyncError `compression-limit` for more than 32, 16 KiB or 512 patterns of them.
 */
function encodeBatchFrame(deltas) {
  const { maxBatchFrames, maxRequestBytes, maxRequestPatterns } = V2_LIMITS;
  if (deltas.length > maxBatchFrames) throw tooMany('frames', deltas.length, maxBatchFrames);
  const patterns = countPatterns(deltas);
  if (patterns > maxRequestPatterns) throw tooMany('patterns', patterns, maxRequestPatterns);
  const bytes = writeFrame({
    kind: 'batch',
    sections: deltas.map((payload) => ({
      type: SectionType.frame,
      payload,
    })),
  });
  if (bytes.length > maxRequestBytes) throw tooMany('bytes', bytes.length, maxRequestBytes);
  return bytes;
}
/**
 * The delta frames of a batch, unread: a bad one is found when its turn comes, behind those before.
 * @throws SyncError `compression-limit`, `compression` or `protocol`.
 */
function decodeBatchFrame(bytes) {
  const frame = readFrame(bytes, V2_LIMITS.maxRequestBytes);
  requireKind(frame, 'batch');
  const deltas = findSections(frame, SectionType.frame);
  const { maxBatchFrames, maxRequestPatterns } = V2_LIMITS;
  if (deltas.length > maxBatchFrames) throw malformed(`${deltas.length} frames in a batch`);
  const patterns = countPatterns(deltas);
  if (patterns > maxRequestPatterns) throw malformed(`${patterns} patterns in a batch`);
  return deltas;
}
/** Of all frames that can be read; the others will not be. */
function countPatterns(deltas) {
  return deltas.reduce((sum, bytes) => sum + countOf(bytes), 0);
}
function countOf(bytes) {
  try {
    const section = findSection(readFrame(bytes, V2_LIMITS.maxRequestBytes), SectionType.patterns);
    if (section === void 0) return 0;
    return reading(() => readPatternCount(new FieldReader(section)));
  } catch (error) {
    if (isSyncError(error)) return 0;
    throw error;
  }
}
// packages/compression/dist/v2/delta-digest.js
var DIGEST_BYTES = 8;
/**
 * The first 64 bits of the SHA-256 of what a delta counts, as hexadecimal digits: the same for each
 * time it is sent, whatever its embeddings are coded as.
 */
function digestDelta({ patterns, engagements = [], taste }) {
  const writer = new ByteWriter();
  writer.run(writePushedPatterns(patterns));
  writer.run(writeEngagements(engagements));
  writer.text(taste?.kind ?? '');
  return toHex(sha256(writer.toBytes()).subarray(0, DIGEST_BYTES));
}
// packages/compression/dist/v2/inspect-frame.js
var MAX_BYTES = Math.max(V2_LIMITS.maxRequestBytes, V2_LIMITS.maxResponseBytes);
var NAMES = new Map(Object.entries(SectionType).map(([name, type]) => [type, toWords(name)]));
/**
 * Takes a frame apart without the snapshot or codebook that decoding it needs.
 * @throws SyncError as the frame's decoder, for what is no frame.
 */
function inspectFrame(bytes) {
  const frame = readFrame(bytes, MAX_BYTES);
  return {
    kind: frame.kind,
    bytes: bytes.length,
    parts: inspectParts(frame, bytes.length),
  };
}
function inspectParts(frame, bytes) {
  return [
    {
      name: 'framing',
      bits: 8 * (bytes - frame.sections.reduce((sum, { payload }) => sum + payload.length, 0) - 4),
      value: 'magic, version, section types, lengths',
      parts: [],
    },
    ...frame.sections.map((section) => inspectSection(frame, section)),
    {
      name: 'checksum',
      bits: 32,
      parts: [],
    },
  ];
}
function inspectSection(frame, { type, payload }) {
  const part = {
    name: NAMES.get(type) ?? `unknown (${type})`,
    bits: 8 * payload.length,
  };
  if (type === SectionType.embeddings)
    return {
      ...part,
      value: `step ${reading(() => stepOfMessage(payload)).toFixed(4)}`,
      parts: [],
    };
  if (type === SectionType.frame)
    return {
      ...part,
      ...inspectNested(frame, payload),
    };
  const read = readers$1[frame.kind]?.[type];
  if (read === void 0)
    return {
      ...part,
      parts: [],
    };
  const reader = new FieldReader(payload);
  const value = reading(() => read(reader, frame));
  const fields = [...reader.costs].map(([field, bits]) => ({
    name: field,
    bits,
    parts: [],
  }));
  const used = fields.reduce((sum, { bits }) => sum + bits, 0);
  const end = {
    name: 'end of the range coder',
    bits: 8 * payload.length - used,
    parts: [],
  };
  return {
    ...part,
    value,
    parts: [...fields, end],
  };
}
/** Which kinds of frame a frame holds: those need no further level, so a hostile one has none. */
var NESTED = {
  batch: ['delta'],
  answer: ['snapshot', 'diff'],
};
/** A batch or an answer is good even where a frame inside is not: that is said in its place. */
function inspectNested(outer, bytes) {
  try {
    const frame = readFrame(bytes, MAX_BYTES);
    if (NESTED[outer.kind]?.includes(frame.kind) !== true)
      return {
        value: frame.kind,
        parts: [],
      };
    return {
      value: frame.kind,
      parts: inspectParts(frame, bytes.length),
    };
  } catch (error) {
    if (isSyncError(error))
      return {
        value: error.message,
        parts: [],
      };
    throw error;
  }
}
/** Sections that can be read on their own, by kind of frame and type of section. */
var readers$1 = {
  delta: {
    [SectionType.header]: (reader) => {
      const { deviceId, position, base, version, timestamp } = readDeltaHeader(reader);
      return `device ${deviceId}${position === void 0 ? '' : `, seq ${position.seq}`}, version ${version}, ${base === void 0 ? 'no base' : `base ${base.stream} ${base.version}`}, ${timestamp}`;
    },
    [SectionType.patterns]: (reader) => count(readPushedPatterns(reader).length, 'pattern'),
    [SectionType.engagements]: (reader) => count(readEngagements(reader).length, 'title'),
  },
  snapshot: {
    [SectionType.header]: describeSnapshot,
    [SectionType.patterns]: (reader) =>
      count(readSnapshotPatterns(reader, [], 0).length, 'pattern'),
    [SectionType.trends]: (reader, frame) => {
      return count(
        readTrends(
          reader,
          [],
          toUnixMs(
            readSnapshotHeader(new FieldReader(requireSection(frame, SectionType.header, 'header')))
              .timestamp,
          ),
        ).length,
        'trend',
      );
    },
  },
  diff: { [SectionType.header]: describeSnapshot },
};
function describeSnapshot(reader) {
  const { reference, base, layers, timestamp } = readSnapshotHeader(reader);
  const from = base === void 0 ? '' : ` from ${base.version}`;
  const counts = layers.map((layer) => layer.count);
  const embeddings = counts.join() === '1' ? '1 embedding' : `${counts.join(' + ')} embeddings`;
  return `${reference.stream} ${reference.version}${from}, ${embeddings}, ${timestamp}`;
}
function count(items, noun) {
  return `${items} ${noun}${items === 1 ? '' : 's'}`;
}
function toWords(name) {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
// packages/compression/dist/index.js
var dist_exports$1 = /* @__PURE__ */ __exportAll({
  BUDGET_TIERS: () => BUDGET_TIERS,
  Codecs: () => Codecs,
  FRAME_MEDIA_TYPE: () => FRAME_MEDIA_TYPE,
  SNAPSHOT_STEP: () => SNAPSHOT_STEP,
  V1_LIMITS: () => V1_LIMITS,
  V2_LIMITS: () => V2_LIMITS,
  canDiff: () => canDiff,
  codebookIdOf: () => codebookIdOf,
  createContentResolver: () => createContentResolver,
  createV1Format: () => createV1Format,
  createV2Format: () => createV2Format,
  decodeAnswerFrame: () => decodeAnswerFrame,
  decodeBatchFrame: () => decodeBatchFrame,
  decodeDeltaFrame: () => decodeDeltaFrame,
  decodeSnapshotFrame: () => decodeSnapshotFrame,
  digestDelta: () => digestDelta,
  encodeAnswerFrame: () => encodeAnswerFrame,
  encodeBatchFrame: () => encodeBatchFrame,
  encodeDeltaFrame: () => encodeDeltaFrame,
  encodeDiffFrame: () => encodeDiffFrame,
  encodeSnapshotFrame: () => encodeSnapshotFrame,
  estimateCompressedSize: () => estimateCompressedSize,
  globalPatternsToJson: () => globalPatternsToJson,
  inspectFrame: () => inspectFrame,
  inspectZstdFrame: () => inspectZstdFrame,
  isSameSnapshot: () => isSameSnapshot,
  publishSnapshot: () => publishSnapshot,
  readDeltaFrameHeader: () => readDeltaFrameHeader,
  readSnapshotFrameBase: () => readSnapshotFrameBase,
  syncDeltaToJson: () => syncDeltaToJson,
  toContentHash: () => toContentHash,
});
// packages/protocol/dist/contract.js
/**
 * Version of this contract. A change of a schema, path or header that an older side would not
 * understand raises the first number; a test holds the hash of all schemas against it.
 */
var CONTRACT_VERSION = '2.0.0';
/** Paths of the routes, below the base URL. */
var PATHS = {
  sync: '/api/v1/sync',
  health: '/api/v1/health',
  version: '/api/v1/sync/version',
  snapshots: '/api/v1/snapshots',
  openApi: '/api/v1/openapi.json',
};
/**
 * Where a published version can be fetched, for ever the same bytes.
 * @param base the version that the TV holds: a diff to it may come instead of the whole.
 */
function snapshotPath({ stream, version }, base) {
  const query = base === void 0 ? '' : `?base=${base.version}`;
  return `${PATHS.snapshots}/${encodeURIComponent(stream)}/${version}${query}`;
}
/** Request headers; what they say of the delta stands in the body too, which decides. */
var HEADERS = {
  deviceId: 'X-Device-ID',
  syncVersion: 'X-Sync-Version',
  /** `return=minimal` asks for the receipt without a snapshot (RFC 7240). */
  prefer: 'Prefer',
  /** W3C Trace Context, passed on as it is. */
  traceParent: 'traceparent',
  /** In answers of a server that reads frames. */
  acceptPost: 'Accept-Post',
};
/** The value of `Prefer` that asks for the receipt alone. */
var PREFER_MINIMAL = 'return=minimal';
/** Answer of `GET /api/v1/health`. */
var HealthSchema = Type.Object({ status: Type.Literal('ok') });
/** Answer of `GET /api/v1/sync/version`. */
var VersionSchema = Type.Object({ version: Type.Integer({ minimum: 0 }) });
/** How long a request may take from its first byte to its last. */
var DEFAULT_TIMEOUT_MS = 3e4;
/** Largest health, version or problem answer that is read. Bytes. */
var MAX_JSON_ANSWER_BYTES = 16384;
// packages/protocol/dist/format-choice.js
/** What a server answers that does not know a media type, or takes its body for another one's. */
var MEDIA_TYPE_UNKNOWN = /* @__PURE__ */ new Set([400, 415]);
/** Which of two formats a server is spoken to in. */
var FormatChoice = class {
  preferred;
  fallback;
  #usesFallback = false;
  /** Errors of a server that did not say that it reads frames. */
  #unread = /* @__PURE__ */ new WeakSet();
  constructor(preferred, fallback) {
    this.preferred = preferred;
    this.fallback = fallback;
  }
  get current() {
    return (this.#usesFallback ? this.fallback : void 0) ?? this.preferred;
  }
  /** Remembers whether a refusal may mean that the server does not know the format. */
  notice(error, { status, headers }) {
    const readsFrames = HEADERS.acceptPost.toLowerCase() in headers;
    if (MEDIA_TYPE_UNKNOWN.has(status) && !readsFrames) this.#unread.add(error);
  }
  /** Changes to the fallback where the error asks for it; true when it did. */
  fallBack(error) {
    const isUnread = typeof error === 'object' && error !== null && this.#unread.has(error);
    if (this.#usesFallback || this.fallback === void 0 || !isUnread) return false;
    this.#usesFallback = true;
    return true;
  }
};
// packages/protocol/dist/problem.js
var PROBLEM_MEDIA_TYPE = 'application/problem+json';
var TYPE_PREFIX = 'urn:omega-tv:problem:';
/** Problem details (RFC 9457); the members after `detail` depend on the type. */
var ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.Optional(Type.String()),
  path: Type.Optional(Type.String()),
  value: Type.Optional(Type.Unknown()),
  limit: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  size: Type.Optional(Type.Number()),
  local: Type.Optional(Type.Number()),
  remote: Type.Optional(Type.Number()),
  /** When the TV may come back, in ms from the answer. */
  next_sync: Type.Optional(
    Type.Object({
      min_ms: Type.Number(),
      max_ms: Type.Number(),
    }),
  ),
});
/** The status and title of each error code that a server may answer with. */
var PROBLEMS = {
  serialization: {
    status: 400,
    title: 'The body is not readable',
  },
  compression: {
    status: 400,
    title: 'The body is not a frame of the format',
  },
  protocol: {
    status: 415,
    title: 'The request is not of the protocol',
  },
  'version-conflict': {
    status: 409,
    title: 'The two sides name different versions',
  },
  'compression-limit': {
    status: 413,
    title: 'The body is too large',
  },
  'invalid-pattern': {
    status: 422,
    title: 'A pattern breaks a rule',
  },
  http: {
    status: 503,
    title: 'The server cannot answer now',
  },
  'invalid-config': {
    status: 500,
    title: 'The server is set up wrongly',
  },
};
/**
 * What a server answers for an error.
 * @param window when it wants the TV back; not before the error's own `retryAfterMs`.
 */
function problemFromError(error, window) {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: TYPE_PREFIX + error.code,
    title,
    status,
    detail: error.message,
    ...error.details,
    status,
    ...(window === void 0 ? {} : { next_sync: toNextSync(window, error.retryAfterMs) }),
  };
}
function toNextSync({ minMs, maxMs }, retryAfterMs = 0) {
  const min_ms = Math.max(minMs, retryAfterMs);
  return {
    min_ms,
    max_ms: Math.max(min_ms, maxMs),
  };
}
/**
 * What a problem tells a client, or undefined when the body is no problem of this protocol, or one
 * that its status tells of.
 * @param localVersion the version that the request named.
 * @param retryAfterMs as the Retry-After header says.
 */
function errorFromProblem(body, localVersion, retryAfterMs) {
  if (!isProblem(body)) return void 0;
  const code = body.type.slice(21);
  if (!isReadable(code)) return void 0;
  const message = `The Constellation refused the request: ${body.detail ?? body.title}`;
  const retryable = RETRYABLE.has(code);
  const floorMs = retryFloorMs(body, retryAfterMs);
  return new SyncError(code, message, readers[code](body, localVersion), {
    retryable,
    ...(floorMs === void 0 ? {} : { retryAfterMs: floorMs }),
  });
}
/** The least wait: the later of the Retry-After header and the problem's window. */
function retryFloorMs(body, retryAfterMs) {
  const nextSync = isProblem(body) ? body.next_sync : void 0;
  return nextSync === void 0 ? retryAfterMs : Math.max(0, nextSync.min_ms, retryAfterMs ?? 0);
}
function isProblem(body) {
  return Value.Check(ProblemSchema, body) && body.type.startsWith(TYPE_PREFIX);
}
/** Sending again may help: the version may be new, or the body arrived damaged. */
var RETRYABLE = /* @__PURE__ */ new Set(['version-conflict', 'compression', 'serialization']);
/** Status errors without details of their own (`http`, `invalid-config`) are read from the status. */
var readers = {
  serialization: ({ path }) => (path === void 0 ? {} : { path }),
  compression: () => ({}),
  protocol: () => ({}),
  'version-conflict': ({ local, remote }, version) => ({
    local: local ?? version,
    remote: remote ?? NaN,
  }),
  'compression-limit': ({ size, limit }) => ({
    size: size ?? NaN,
    limit: Number(limit),
  }),
  'invalid-pattern': ({ path, value, limit }) => ({
    path: path ?? '',
    value,
    limit: String(limit ?? ''),
  }),
};
function isReadable(code) {
  return Object.keys(readers).includes(code);
}
// packages/protocol/dist/status-errors.js
/** Client errors that may pass by themselves: timeout, too early, too many requests. */
var RETRYABLE_CLIENT_STATUSES = /* @__PURE__ */ new Set([408, 425, 429]);
var MAX_SHOWN_BODY = 200;
/**
 * Maps an answer that is not 2xx.
 * @param localVersion the version that the request named.
 * @param nowMs Unix ms, for a Retry-After that names a date (RFC 9110 section 10.2.3).
 */
function statusToSyncError(response, where, localVersion, nowMs) {
  const { status } = response;
  const text = new TextDecoder().decode(response.body);
  const body = parseJson$1(text);
  const afterMs = parseRetryAfter(response.headers['retry-after'], nowMs);
  const retryAfterMs = retryFloorMs(body, afterMs);
  const problem = errorFromProblem(body, localVersion, afterMs);
  if (problem !== void 0) return problem;
  if (status === 409)
    return new SyncError(
      'version-conflict',
      `${where} answered 409: it holds another version than ${localVersion}`,
      {
        local: localVersion,
        remote: NaN,
      },
      { retryable: true },
    );
  return new SyncError(
    'http',
    `${where} answered ${status}${text === '' ? '' : `: ${text.slice(0, MAX_SHOWN_BODY)}`}`,
    {
      reason: reasonOf$1(status),
      status,
    },
    {
      retryable: status >= 500 || RETRYABLE_CLIENT_STATUSES.has(status),
      ...(retryAfterMs === void 0 ? {} : { retryAfterMs }),
    },
  );
}
function reasonOf$1(status) {
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'redirect';
}
function parseRetryAfter(value, nowMs) {
  if (value === void 0) return void 0;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1e3 : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : void 0;
}
function parseJson$1(text) {
  try {
    return JSON.parse(text);
  } catch {
    return;
  }
}
// packages/protocol/dist/constellation-protocol.js
/**
 * The requests that a TV sends to a Constellation.
 * @example
 * ```ts
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 * import { ConstellationProtocol } from '@omega-tv/protocol';
 *
 * const transport = {
 *   request: async () => ({
 *     status: 200,
 *     headers: { 'content-type': 'application/json' },
 *     body: new TextEncoder().encode('{"version":7}'),
 *   }),
 * }; // yours: createAxiosTransport({ baseUrl })
 * const protocol = new ConstellationProtocol({ transport, format: createNodeV2Format() });
 * console.log(await protocol.getGlobalVersion(6)); // => 7
 * ```
 */
var ConstellationProtocol = class {
  #options;
  #formats;
  #clock;
  #timeoutMs;
  #logger;
  /** @throws SyncError `invalid-config` for an option that cannot work. */
  constructor(options) {
    checkPorts(options);
    checkMethods('transport', options.transport, ['request'], 'createAxiosTransport() makes one');
    checkMethods('format', options.format, ['encodeDelta', 'splitDelta', 'decodeAnswer']);
    this.#options = options;
    this.#formats = new FormatChoice(options.format, options.fallback);
    this.#clock = options.clock ?? systemClock;
    this.#timeoutMs = options.timeoutMs ?? 3e4;
    this.#logger = options.logger ?? silentLogger;
    if (!(this.#timeoutMs > 0 && this.#timeoutMs < 2 ** 31))
      throw new SyncError(
        'invalid-config',
        `timeoutMs is ${this.#timeoutMs}; expected 1 to ${2 ** 31 - 1}`,
        { field: 'timeoutMs' },
      );
  }
  /** How deltas become bytes just now: the fallback where the server knows nothing else. */
  get format() {
    return this.#formats.current;
  }
  /**
   * Resolves when the server says that it is well.
   * @throws SyncError as `sync`.
   */
  async healthCheck(options = {}) {
    await this.#request(getRequest(PATHS.health), 0, options);
  }
  /**
   * The version of the server's newest global patterns.
   * @throws SyncError as `sync`.
   */
  async getGlobalVersion(options = {}) {
    const { body } = await this.#request(getRequest(PATHS.version), 0, options);
    const answer = parseJson(body);
    if (!Value.Check(VersionSchema, answer))
      throw new SyncError(
        'protocol',
        `GET ${PATHS.version} answered something else than {"version": <integer>}`,
        { path: 'version' },
      );
    return Math.min(answer.version, MAX_INTEGER);
  }
  /**
   * Fetches a published version.
   * @param path of `snapshotPath`.
   * @returns the bytes of its frame, to be read by the format.
   * @throws SyncError as `sync`.
   */
  async getSnapshot(path, options = {}) {
    const { format } = this;
    const headers = { Accept: format.accept };
    const { maxResponseBytes } = format;
    return (
      await this.#request(
        {
          method: 'GET',
          path,
          headers,
          maxResponseBytes,
        },
        0,
        options,
      )
    ).body;
  }
  /**
   * Pushes one delta and reads the answer. A base that the server does not know costs one further
   * round trip: the delta goes again without it.
   * @throws SyncError `invalid-pattern` or `serialization` when the delta is not valid,
   * `compression-limit` when it does not fit one message (see `ClientFormat.splitDelta`), `http`
   * when no answer came, the error that the server's problem names, and `compression`,
   * `serialization` or `compression-limit` when the answer is not readable. The signal's reason when
   * aborted.
   */
  async sync(delta, options = {}) {
    validateSyncDelta(delta);
    const startMs = this.#clock.nowMs();
    const { base, ...rest } = options;
    try {
      return await this.#push(delta, options, startMs);
    } catch (error) {
      if (base !== void 0 && isSyncError(error, 'version-conflict'))
        return this.#push(delta, rest, startMs);
      if (!(options.mayFallBack !== false && this.#formats.fallBack(error))) throw error;
      this.#logger.warn({ err: error }, 'the server does not read frames; speaking v1');
      return this.#push(delta, rest, startMs);
    }
  }
  async #push(delta, options, startMs) {
    const { format } = this;
    const { base, tier = 'normal' } = options;
    const context = {
      tier,
      ...(base === void 0 ? {} : { base }),
    };
    const encoded = await format.encodeDelta(delta, context);
    const response = await this.#post(delta, encoded, options);
    const { globals, ...answer } = await this.#readAnswer(format, response.body, base);
    const result = {
      protocolVersion: format.protocolVersion,
      patternsPushed: delta.patterns.length,
      patternsReceived: globals?.patterns.length ?? 0,
      trendsReceived: globals?.trends.length ?? 0,
      globalVersion: globals?.version ?? answer.current?.version ?? 0,
      bytesSent: encoded.bytes.length,
      bytesReceived: response.body.length,
      durationMs: this.#clock.nowMs() - startMs,
      fidelity: encoded.fidelity,
      ...(format.protocolVersion === 1 ? {} : { tier }),
      ...(answer.window === void 0 ? {} : { window: answer.window }),
    };
    this.#logger.info(
      {
        deviceId: delta.deviceId,
        ...result,
      },
      'synced',
    );
    return {
      ...answer,
      result,
      ...(globals === void 0 ? {} : { globalPatterns: globals }),
    };
  }
  #post(delta, { bytes }, options) {
    const { format } = this;
    const headers = {
      'Content-Type': format.mediaType,
      Accept: format.accept,
      [HEADERS.deviceId]: toHeaderValue(delta.deviceId),
      [HEADERS.syncVersion]: String(delta.version),
      ...(options.minimal === true ? { [HEADERS.prefer]: PREFER_MINIMAL } : {}),
    };
    const { maxResponseBytes } = format;
    return this.#request(
      {
        method: 'POST',
        path: PATHS.sync,
        headers,
        body: bytes,
        maxResponseBytes,
      },
      delta.version,
      options,
    );
  }
  /** An answer that is not readable decides nothing: the same push may be repeated. */
  async #readAnswer(format, body, base) {
    try {
      return await format.decodeAnswer(body, base);
    } catch (error) {
      if (!isSyncError(error)) throw error;
      const message = `POST ${PATHS.sync}: the answer is not readable: ${error.message}`;
      throw new SyncError(error.code, message, error.details, {
        cause: error,
        retryable: true,
      });
    }
  }
  async #request(request, localVersion, { signal, traceParent }) {
    const { transport } = this.#options;
    const trace = traceParent === void 0 ? {} : { [HEADERS.traceParent]: traceParent };
    const response = await transport.request({
      ...request,
      headers: {
        ...request.headers,
        ...trace,
      },
      timeoutMs: this.#timeoutMs,
      ...(signal === void 0 ? {} : { signal }),
    });
    if (response.status >= 200 && response.status < 300) return response;
    const error = statusToSyncError(
      response,
      `${request.method} ${request.path}`,
      localVersion,
      this.#clock.nowMs(),
    );
    this.#logger.warn(
      {
        code: error.code,
        status: response.status,
      },
      error.message,
    );
    this.#formats.notice(error, response);
    throw error;
  }
};
function getRequest(path) {
  return {
    method: 'GET',
    path,
    headers: {},
    maxResponseBytes: MAX_JSON_ANSWER_BYTES,
  };
}
/** UTF-8 bytes as the characters U+0000 to U+00FF, which is how HTTP stacks take header bytes. */
function toHeaderValue(text) {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
function parseJson(body) {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return;
  }
}
// packages/protocol/dist/abort.js
/** Throws the signal's reason when it was aborted (AbortSignal.throwIfAborted needs Chromium 100). */
function throwIfAborted(signal) {
  if (signal?.aborted !== true) return;
  const reason = signal.reason;
  throw reason instanceof Error
    ? reason
    : new DOMException('The operation was aborted', 'AbortError');
}
// packages/protocol/dist/base-url.js
/**
 * Reads the URL under which a Constellation lives; trailing slashes are dropped.
 * @throws SyncError `invalid-config` for anything but http(s)://host[:port][/path].
 */
function normaliseBaseUrl(baseUrl) {
  let url;
  try {
    url = new URL(baseUrl);
  } catch (cause) {
    throw invalidUrl(baseUrl, 'is not a URL', cause);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw invalidUrl(baseUrl, `has the scheme ${url.protocol.slice(0, -1)}`);
  if (/[?#]/.test(baseUrl)) throw invalidUrl(baseUrl, 'has a query or a fragment');
  if (url.username !== '' || url.password !== '') throw invalidUrl(url.host, 'carries credentials');
  return url.origin + url.pathname.replace(/\/+$/, '');
}
function invalidUrl(shown, problem, cause) {
  return new SyncError(
    'invalid-config',
    `The Constellation URL "${shown}" ${problem}; expected one like https://tv.example.com/base`,
    { field: 'url' },
    { cause },
  );
}
// packages/protocol/dist/network-errors.js
/** Node's and axios's error codes, by what went wrong. */
var REASONS = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  ECONNABORTED: 'timeout',
  EPROTO: 'tls',
  HOSTNAME_MISMATCH: 'tls',
  ERR_FR_TOO_MANY_REDIRECTS: 'redirect',
};
var TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO)/;
var TLS_MESSAGE = /certificate|SSL routines|wrong version number/i;
var ADVICE = {
  dns: 'its host name could not be resolved; check the URL, the network and the proxy settings',
  refused: 'nothing listens there; check the port and that the server runs',
  reset: 'the connection broke before the answer was complete',
  timeout: 'no complete answer came in time',
  tls: 'the TLS handshake failed; check the certificate and the scheme',
  network: 'the network failed',
  redirect: 'it redirects too often',
  'client-error': 'it refused the request',
  'server-error': 'it failed',
};
/** Maps a failure on the way to the server; `where` names the request for people. */
function networkErrorToSyncError(cause, where) {
  return httpError(networkFailure(cause), where, cause);
}
function httpError(reason, where, cause) {
  const retryable = reason !== 'tls' && reason !== 'redirect';
  return new SyncError(
    'http',
    `${where}: ${ADVICE[reason]}`,
    { reason },
    {
      cause: withoutRequest(cause),
      retryable,
    },
  );
}
/** An axios error holds the request, all of its settings and its socket: pages in a log. */
function withoutRequest(error) {
  if (!(error instanceof Error) || !('config' in error)) return error;
  if (error.cause instanceof Error) return withoutRequest(error.cause);
  return Object.assign(new Error(error.message), 'code' in error ? { code: error.code } : {});
}
function networkFailure(error) {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    const code = at.code;
    const known = typeof code === 'string' ? REASONS[code] : void 0;
    if (known !== void 0) return known;
    if (typeof code === 'string' && TLS_CODE.test(code)) return 'tls';
    if (TLS_MESSAGE.test(at.message)) return 'tls';
    if (/socket hang up|premature close|aborted/i.test(at.message)) return 'reset';
  }
  return 'network';
}
// packages/protocol/dist/axios-transport.js
var MAX_REDIRECTS = 5;
/**
 * Carries requests over HTTP with axios.
 * @throws SyncError `invalid-config` when the base URL cannot work.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createAxiosTransport } from '@omega-tv/protocol';
 *
 * const server = createServer((request, response) => response.end(request.url));
 * await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
 * const { port } = server.address();
 *
 * const transport = createAxiosTransport({ baseUrl: `http://127.0.0.1:${port}/base/` });
 * const answer = await transport.request({
 *   method: 'GET',
 *   path: '/api/v1/health',
 *   headers: {},
 *   timeoutMs: 30_000,
 *   maxResponseBytes: 1024,
 * });
 * console.log(answer.status, new TextDecoder().decode(answer.body)); // => 200 /base/api/v1/health
 * server.close();
 * server.closeAllConnections();
 * ```
 */
function createAxiosTransport(options) {
  const baseUrl = normaliseBaseUrl(options.baseUrl);
  const instance = options.axios ?? axios.create();
  return { request: (request) => send(instance, baseUrl, request) };
}
async function send(instance, baseUrl, request) {
  const { signal } = request;
  throwIfAborted(signal);
  const controller = new AbortController();
  const abort = () => {
    controller.abort();
  };
  const timer = setTimeout(abort, request.timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  const untilClosed = Object.assign(controller.signal, { unsubscribe: () => void 0 });
  const where = `${request.method} ${baseUrl}${request.path}`;
  try {
    return toTransportResponse(
      await instance.request({
        url: baseUrl + request.path,
        method: request.method,
        headers: { ...request.headers },
        ...(request.body === void 0 ? {} : { data: request.body }),
        responseType: 'arraybuffer',
        adapter: ['http', 'fetch', 'xhr'],
        decompress: false,
        maxContentLength: request.maxResponseBytes,
        maxRedirects: MAX_REDIRECTS,
        validateStatus: () => true,
        signal: untilClosed,
      }),
    );
  } catch (error) {
    throwIfAborted(signal);
    if (controller.signal.aborted) throw httpError('timeout', where, error);
    if (error instanceof Error && error.message.includes('maxContentLength'))
      throw tooLarge(where, request.maxResponseBytes, error);
    throw networkErrorToSyncError(error, where);
  } finally {
    clearTimeout(timer);
    abort();
    signal?.removeEventListener('abort', abort);
  }
}
function toTransportResponse(response) {
  const headers = {};
  for (const [name, value] of Object.entries(AxiosHeaders.from(response.headers)))
    if (value !== void 0 && value !== null) headers[name.toLowerCase()] = String(value);
  const { data } = response;
  const body = data instanceof Uint8Array ? data : new Uint8Array(data);
  return {
    status: response.status,
    headers,
    body,
  };
}
function tooLarge(where, limit, cause) {
  const size = limit + 1;
  return new SyncError(
    'compression-limit',
    `${where}: the answer is larger than ${limit} bytes and was abandoned`,
    {
      size,
      limit,
    },
    {
      cause,
      retryable: true,
    },
  );
}
// packages/protocol/dist/openapi.js
var V1_MEDIA_TYPE$1 = 'application/octet-stream';
/**
 * The contract as an OpenAPI 3.1 document, made of the schemas that both sides check with.
 * @param options.frames false for a server of v1. Default: true.
 */
function createOpenApiDocument({ frames = true } = {}) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Constellation',
      version: CONTRACT_VERSION,
      description:
        'TVs push what they learned and get back what many TVs learned together. Frames and v1 bodies are binary; docs/FRAMES.md and docs/SPEC.md of omega-tv-sync give their layouts.',
      license: {
        name: 'MIT',
        identifier: 'MIT',
      },
    },
    paths: {
      [PATHS.health]: {
        get: {
          operationId: 'health',
          summary: 'Whether the server is well',
          responses: {
            200: json('It is', HealthSchema),
            default: problem,
          },
        },
      },
      [PATHS.version]: {
        get: {
          operationId: 'version',
          summary: 'The version of the newest global patterns',
          responses: {
            200: json('It', VersionSchema),
            default: problem,
          },
        },
      },
      [PATHS.openApi]: {
        get: {
          operationId: 'openApi',
          summary: 'This document',
          responses: {
            200: json('It', { type: 'object' }),
            default: problem,
          },
        },
      },
      ...(frames ? { [`${PATHS.snapshots}/{stream}/{version}`]: { get: snapshotOperation } } : {}),
      [PATHS.sync]: { post: syncOperation(frames) },
    },
    components: { schemas: { Problem: ProblemSchema } },
  };
}
/** Bytes have no JSON type; the schema says how many there may be. */
function binary(description, maxLength) {
  return {
    schema: {
      description,
      contentMediaType: 'application/octet-stream',
      maxLength,
    },
  };
}
var problem = {
  description: 'A problem (RFC 9457); its type names the error',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};
function json(description, schema) {
  return {
    description,
    content: { 'application/json': { schema } },
  };
}
var cacheHeaders = {
  ETag: {
    required: true,
    schema: { type: 'string' },
  },
  'Cache-Control': {
    required: true,
    schema: { type: 'string' },
  },
};
var snapshotOperation = {
  operationId: 'snapshot',
  summary: 'A published version: for ever the same content, so any cache may keep it',
  parameters: [
    {
      name: 'stream',
      in: 'path',
      required: true,
      description: '`global`, or a region',
      example: 'global',
      schema: {
        type: 'string',
        minLength: 1,
        maxLength: 64,
      },
    },
    {
      name: 'version',
      in: 'path',
      required: true,
      example: 2,
      schema: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
      },
    },
    {
      name: 'base',
      in: 'query',
      description: 'The version that the TV holds: a diff to it may come instead of the whole',
      example: 1,
      schema: {
        type: 'integer',
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
      },
    },
  ],
  responses: {
    200: {
      description: 'A snapshot or diff frame',
      headers: cacheHeaders,
      content: { [FRAME_MEDIA_TYPE]: binary('frame', V2_LIMITS.maxResponseBytes) },
    },
    304: {
      description: 'The cache has it',
      headers: cacheHeaders,
    },
    400: {
      ...problem,
      description: '`version` or `base` is no version: a problem',
    },
    404: {
      ...problem,
      description: 'The version is not kept here (any more): a problem',
    },
    default: problem,
  },
};
function syncOperation(frames) {
  const only = (content) => (frames ? content : {});
  return {
    operationId: 'sync',
    summary: 'Pushes a delta and answers with what the TV lacks',
    parameters: [
      {
        name: HEADERS.prefer,
        in: 'header',
        description: `\`${PREFER_MINIMAL}\` asks for the receipt without a snapshot`,
        schema: { type: 'string' },
      },
      {
        name: HEADERS.traceParent,
        in: 'header',
        schema: { type: 'string' },
      },
    ],
    requestBody: {
      required: true,
      content: {
        ...only({ [FRAME_MEDIA_TYPE]: binary('a delta frame', V2_LIMITS.maxRequestBytes) }),
        [V1_MEDIA_TYPE$1]: binary(
          'v1: a delta as JSON in one zstd frame',
          V1_LIMITS.maxRequestBytes,
        ),
      },
    },
    responses: {
      200: {
        description: 'An answer in the format of the delta',
        content: {
          ...only({ [FRAME_MEDIA_TYPE]: binary('an answer frame', V2_LIMITS.maxResponseBytes) }),
          [V1_MEDIA_TYPE$1]: binary('v1: global patterns', V1_LIMITS.maxResponseBytes),
        },
      },
      default: problem,
    },
  };
}
// packages/protocol/dist/index.js
var dist_exports$3 = /* @__PURE__ */ __exportAll({
  CONTRACT_VERSION: () => CONTRACT_VERSION,
  ConstellationProtocol: () => ConstellationProtocol,
  DEFAULT_TIMEOUT_MS: () => DEFAULT_TIMEOUT_MS,
  HEADERS: () => HEADERS,
  HealthSchema: () => HealthSchema,
  PATHS: () => PATHS,
  PREFER_MINIMAL: () => PREFER_MINIMAL,
  PROBLEM_MEDIA_TYPE: () => PROBLEM_MEDIA_TYPE,
  ProblemSchema: () => ProblemSchema,
  VersionSchema: () => VersionSchema,
  createAxiosTransport: () => createAxiosTransport,
  createOpenApiDocument: () => createOpenApiDocument,
  normaliseBaseUrl: () => normaliseBaseUrl,
  problemFromError: () => problemFromError,
  snapshotPath: () => snapshotPath,
});
// packages/client/dist/budget/tier-choice.js
/** An exchange that took longer is a slow one. */
var SLOW_MS = 1e4;
/** How many exchanges are looked back on, and how many of them must have been in trouble. */
var RECENT = 5;
var TROUBLED = 2;
/** Chooses how much a TV may send in one message. */
var TierChoice = class {
  options;
  #recent = [];
  constructor(options = {}) {
    this.options = options;
  }
  choose() {
    const { tier, network } = this.options;
    if (tier !== void 0)
      return {
        tier,
        reason: 'set by the host',
      };
    const { metered, saveData } = network?.() ?? {};
    if (saveData === true)
      return {
        tier: 'floor',
        reason: 'the viewer saves data',
      };
    if (metered === true)
      return {
        tier: 'floor',
        reason: 'the network is metered',
      };
    const troubled = this.#recent.filter(Boolean).length;
    if (troubled >= TROUBLED)
      return {
        tier: 'floor',
        reason: `${troubled} of the last ${this.#recent.length} exchanges were slow or timed out`,
      };
    if (metered === false && this.#recent.length === RECENT && troubled === 0)
      return {
        tier: 'ceiling',
        reason: 'the network is not metered and works well',
      };
    return {
      tier: 'normal',
      reason: 'nothing speaks for more or less',
    };
  }
  /** An exchange succeeded. */
  succeeded(durationMs) {
    this.#note(durationMs > SLOW_MS);
  }
  /** An exchange failed; only what says something of the network counts. */
  failed(error) {
    if (!isSyncError(error, 'http')) return;
    const { reason } = error.details;
    if (reason === 'timeout' || reason === 'reset') this.#note(true);
  }
  #note(isTrouble) {
    this.#recent = [...this.#recent, isTrouble].slice(-5);
  }
};
// packages/client/dist/settlement.js
/** @throws SyncError `protocol` when the receipt is for another delta. */
function checkReceipt(delta, { receipt }) {
  if (receipt === void 0 || delta.position === void 0) return;
  if (receipt.lastSeq === delta.position.seq && receipt.digest === digestDelta(delta)) return;
  throw new SyncError(
    'protocol',
    `The receipt is for delta ${receipt.lastSeq} (${receipt.digest}), but ${delta.position.seq} was sent`,
    { path: 'receipt' },
    { retryable: true },
  );
}
/**
 * Refused for what a pattern says: sending it again can only be refused again. A body that arrived
 * damaged, or an envelope that is wrong, is no fault of the patterns.
 */
function isRefusal(error) {
  if (!isSyncError(error) || error.retryable) return false;
  return error.code === 'invalid-pattern' || error.code === 'compression-limit';
}
// packages/client/dist/store/skills.js
/** The answer of `PatternStore.skillList`: copies, so that a caller may change what it got. */
function listSkills(learned, snapshot, limit, origin) {
  const skills = [];
  if (origin !== 'published')
    for (const pattern of learned)
      skills.push({
        ...pattern,
        origin: 'learned',
      });
  if (origin !== 'learned')
    for (const pattern of snapshot?.patterns ?? [])
      skills.push({
        ...pattern,
        origin: 'published',
      });
  return skills
    .sort(byStrength)
    .slice(0, Math.max(0, limit))
    .map((skill) => ({
      ...skill,
      embedding: skill.embedding.slice(),
    }));
}
function byStrength(a, b) {
  const difference = b.successRate * b.sampleCount - a.successRate * a.sampleCount;
  return difference !== 0 ? difference : a.id < b.id ? -1 : 1;
}
/**
 * Copies of patterns that a TV learned, checked before they replace those of `stored`.
 * @throws SyncError `invalid-pattern`.
 */
function copyLearned(patterns, stored) {
  const copies = /* @__PURE__ */ new Map();
  for (const pattern of patterns) {
    checkLearned(pattern, copies.get(pattern.id) ?? stored.get(pattern.id));
    const { id, embedding, successRate, sampleCount, genre } = pattern;
    copies.set(id, {
      id,
      embedding: embedding.slice(),
      successRate,
      sampleCount,
      genre,
    });
  }
  return [...copies.values()];
}
function checkLearned(pattern, stored) {
  validatePatternData(pattern);
  if (isPublishedId(pattern.id))
    throw invalid$1('id', pattern.id, 'must not be the id of a published pattern');
  if (stored !== void 0 && pattern.sampleCount < stored.sampleCount)
    throw invalid$1(
      'sampleCount',
      pattern.sampleCount,
      `must be >= ${stored.sampleCount}, as stored`,
    );
}
function invalid$1(path, value, limit) {
  return new SyncError('invalid-pattern', `pattern: ${path} ${limit}, but is ${String(value)}`, {
    path,
    value,
    limit,
  });
}
// packages/client/dist/store/near-copies.js
/** Patterns of one genre from this cosine on are copies of one taste. */
var COPY_COSINE = 0.95;
/**
 * Finds near copies among what a TV learned: pairs of one genre, from cosine 0.95 on.
 * @param settledCount how many samples of a pattern are settled or on their way.
 * @returns the merges known and the new ones; the same object where there are none.
 */
function findMerges(learned, merges, settledCount) {
  const found = new Map(merges);
  const roots = learned
    .filter(({ id }) => !merges.has(id))
    .sort((a, b) => settledCount(b.id) - settledCount(a.id) || b.sampleCount - a.sampleCount);
  roots.forEach((root, index) => {
    if (found.has(root.id)) return;
    for (const other of roots.slice(index + 1)) {
      if (other.genre !== root.genre || found.has(other.id)) continue;
      if (cosineSimilarity(root.embedding, other.embedding) < COPY_COSINE) continue;
      found.set(other.id, {
        into: root.id,
        settled: settledCount(other.id),
      });
    }
  });
  return found.size === merges.size ? merges : found;
}
/**
 * What is pushed for what was learned: copies count with the pattern that they became part of,
 * weighted by samples, but for the samples that are settled under their own ids.
 */
function mergedPatterns(learned, merges) {
  if (merges.size === 0) return learned;
  const patterns = [];
  const parts = /* @__PURE__ */ new Map();
  const known = new Set(learned.map(({ id }) => id));
  for (const pattern of learned) {
    const root = rootOf(pattern.id, merges, known);
    const settled = root === pattern.id ? 0 : (merges.get(pattern.id)?.settled ?? 0);
    if (settled > 0)
      patterns.push({
        ...pattern,
        sampleCount: settled,
      });
    const rest = {
      ...pattern,
      sampleCount: pattern.sampleCount - settled,
    };
    if (rest.sampleCount > 0) parts.set(root, [...(parts.get(root) ?? []), rest]);
  }
  for (const [id, group] of parts) {
    const own = group.find((part) => part.id === id) ?? group[0];
    if (own !== void 0)
      patterns.push(
        group.length === 1
          ? {
              ...own,
              id,
            }
          : join(id, group, own),
      );
  }
  return patterns;
}
/** A root may itself have become part of another one later. */
function rootOf(id, merges, known) {
  let root = id;
  for (let depth = 0; depth <= merges.size; depth += 1) {
    const into = merges.get(root)?.into;
    if (into === void 0 || !known.has(into)) return root;
    root = into;
  }
  return root;
}
function join(id, parts, own) {
  const sum = new Float64Array(own.embedding.length);
  let [samples, successes] = [0, 0];
  for (const { embedding, sampleCount, successRate } of parts) {
    const weight = sampleCount * successRate;
    samples += sampleCount;
    successes += weight;
    embedding.forEach((value, i) => (sum[i] = (sum[i] ?? 0) + value * weight));
  }
  const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
  return {
    id,
    genre: own.genre,
    sampleCount: samples,
    successRate: Math.min(1, successes / samples),
    embedding: length > 0 ? Float32Array.from(sum, (value) => value / length) : own.embedding,
  };
}
// packages/client/dist/store/sync-state.js
/** A server keeps this many marks a device and refuses further pattern ids. */
var MAX_PUSHED_IDS = 128;
var emptySyncState = {
  lastVersion: 0,
  marks: /* @__PURE__ */ new Map(),
  outbox: [],
  deadLetters: [],
  snapshot: void 0,
  merges: /* @__PURE__ */ new Map(),
};
/**
 * The state for a client of this device and Constellation. Another Constellation acknowledged
 * nothing yet, so everything is pushed to it again.
 * @param drawEpoch draws 32 bits; called where the state has no position yet.
 * @throws SyncError `invalid-config` for another device: its samples would be counted twice.
 */
function stateOwned(loaded, owner, drawEpoch) {
  const state =
    loaded.next === void 0
      ? {
          ...loaded,
          next: {
            deviceEpoch: drawEpoch(),
            seq: 1,
          },
        }
      : loaded;
  const { deviceId, url } = state.owner ?? owner;
  if (deviceId !== owner.deviceId)
    throw new SyncError(
      'invalid-config',
      `The store belongs to the device "${deviceId}", not to "${owner.deviceId}"; give each device a store of its own`,
      { field: 'deviceId' },
    );
  if (state.owner !== void 0 && url === owner.url) return state;
  if (url === owner.url)
    return {
      ...state,
      owner,
    };
  const { frame: _, serverEpoch: __, ...rest } = state;
  return {
    ...rest,
    owner,
    lastVersion: 0,
    marks: forgetAcknowledged(state.marks),
  };
}
/** Near copies that are not merged yet are from now on; the same object where there are none. */
function copiesMerged(state, learned) {
  const begun = begunCounts(state);
  const merges = findMerges(learned, state.merges, (id) => settledCount(state, begun, id));
  return merges === state.merges
    ? state
    : {
        ...state,
        merges,
      };
}
/** What a next push has to say of the learned patterns, in their order. */
function pendingPatterns(state, learned) {
  const begun = begunCounts(state);
  return mergedPatterns(learned, state.merges)
    .filter(isPending(state))
    .map((pattern) => ({
      ...pattern,
      newSamples: pattern.sampleCount - settledCount(state, begun, pattern.id),
    }));
}
function isPending(state) {
  const begun = begunCounts(state);
  const known = /* @__PURE__ */ new Set([...state.marks.keys(), ...begun.keys()]);
  return (pattern) => {
    if (pattern.sampleCount <= settledCount(state, begun, pattern.id)) return false;
    if (!meetsSyncThreshold(pattern)) return false;
    if (!known.has(pattern.id) && known.size >= MAX_PUSHED_IDS) return false;
    known.add(pattern.id);
    return true;
  };
}
/** Freezes a push: from now on it is sent as it is until an answer settles it. */
function pushBegun(state, patterns) {
  return withItems(state, state.outbox, [patterns]);
}
/** The state with further pushes in its outbox, behind `before`. */
function withItems(state, before, pushes, after = []) {
  const { next } = state;
  if (next === void 0)
    return {
      ...state,
      outbox: [...before, ...pushes.map((patterns) => ({ patterns })), ...after],
    };
  const { deviceEpoch, seq } = next;
  const items = pushes.map((patterns, i) => ({
    position: {
      deviceEpoch,
      seq: seq + i,
    },
    patterns,
  }));
  const advanced = {
    deviceEpoch,
    seq: seq + items.length,
  };
  return {
    ...state,
    next: advanced,
    outbox: [...before, ...items, ...after],
  };
}
/** The first push of the outbox was acknowledged with this answer. */
function pushAcknowledged(state, answer) {
  const { marks, ...adopted } = answerAdopted(state, answer);
  const [first, ...outbox] = adopted.outbox;
  return {
    ...adopted,
    outbox,
    marks: raiseMarks(marks, first?.patterns ?? [], 'acknowledged'),
  };
}
/**
 * Takes an answer's version and global patterns. A lower version than before, or another epoch, is
 * that of a server that lost what it had acknowledged (a restored backup, an empty store). Since
 * counts are cumulative it is enough to push everything again: what it still has counts nothing
 * there.
 */
function answerAdopted(state, { globals, frame, serverEpoch, hasLost = false }) {
  const isOlder = globals !== void 0 && globals.version < state.lastVersion;
  const isOther =
    serverEpoch !== void 0 && state.serverEpoch !== void 0 && serverEpoch !== state.serverEpoch;
  const isLost = isOlder || isOther || hasLost;
  const marks = isLost ? forgetAcknowledged(state.marks) : state.marks;
  const { frame: held, ...rest } = state;
  const kept = globals !== void 0 ? frame : isLost ? void 0 : held;
  return {
    ...rest,
    marks,
    ...(isLost ? { lastVersion: 0 } : {}),
    ...(globals === void 0
      ? {}
      : {
          lastVersion: globals.version,
          snapshot: globals,
        }),
    ...(kept === void 0 ? {} : { frame: kept }),
    ...(serverEpoch === void 0 ? {} : { serverEpoch }),
  };
}
/** Without the frame: the next answer brings the whole snapshot. */
function frameDropped(state) {
  const { frame: _, ...rest } = state;
  return rest;
}
function forgetAcknowledged(marks) {
  return new Map(
    Array.from(marks, ([id, { refused }]) => [
      id,
      {
        acknowledged: 0,
        refused,
      },
    ]),
  );
}
/**
 * The first push of the outbox was refused for good. One of several patterns may be the cause, so
 * each goes out alone; a pattern that was refused alone becomes a dead letter.
 */
function pushRefused(state, reason) {
  const [first, ...outbox] = state.outbox;
  const patterns = first?.patterns ?? [];
  const [pattern] = patterns;
  if (pattern === void 0)
    return {
      ...state,
      outbox,
    };
  if (patterns.length > 1)
    return withItems(
      state,
      [],
      patterns.map((one) => [one]),
      outbox,
    );
  const letter = {
    patternId: pattern.id,
    sampleCount: pattern.sampleCount,
    reason,
  };
  return {
    ...state,
    outbox,
    marks: raiseMarks(state.marks, patterns, 'refused'),
    deadLetters: [...state.deadLetters, letter].slice(-32),
  };
}
/** Accounts for every learned sample. */
function sampleBooks(state, learned) {
  const begun = begunCounts(state);
  const pending = isPending(state);
  const books = {
    learned: 0,
    acknowledged: 0,
    waiting: 0,
    withheld: 0,
    deadLettered: 0,
  };
  for (const pattern of mergedPatterns(learned, state.merges)) {
    const { acknowledged, refused } = markOf(state.marks, pattern.id);
    const settled = Math.max(acknowledged, refused);
    const unsettled = pattern.sampleCount - settled;
    const inFlight = Math.max(0, (begun.get(pattern.id) ?? 0) - settled);
    books.learned += pattern.sampleCount;
    books.acknowledged += acknowledged;
    books.deadLettered += settled - acknowledged;
    books.waiting += pending(pattern) ? unsettled : inFlight;
    books.withheld += pending(pattern) ? 0 : unsettled - inFlight;
  }
  return books;
}
function begunCounts({ outbox }) {
  const counts = /* @__PURE__ */ new Map();
  for (const { patterns } of outbox)
    for (const { id, sampleCount } of patterns) counts.set(id, sampleCount);
  return counts;
}
function settledCount(state, begun, id) {
  const { acknowledged, refused } = markOf(state.marks, id);
  return Math.max(acknowledged, refused, begun.get(id) ?? 0);
}
function markOf(marks, id) {
  return (
    marks.get(id) ?? {
      acknowledged: 0,
      refused: 0,
    }
  );
}
function raiseMarks(marks, patterns, field) {
  const raised = new Map(marks);
  for (const { id, sampleCount } of patterns) {
    const mark = markOf(raised, id);
    raised.set(id, {
      ...mark,
      [field]: Math.max(mark[field], sampleCount),
    });
  }
  return raised;
}
// packages/client/dist/store/memory-pattern-store.js
/**
 * A store that lasts as long as the process: for tests, and for TVs without a disk.
 * @example
 * ```ts
 * import { createMemoryPatternStore } from '@omega-tv/client';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * const store = createMemoryPatternStore();
 * await store.skillStore({ id: 'a', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' });
 * const [strongest] = await store.skillList(10);
 * console.log(strongest.id, strongest.origin); // => a learned
 * ```
 */
function createMemoryPatternStore() {
  const learned = /* @__PURE__ */ new Map();
  let state = emptySyncState;
  return {
    skillList: (limit, origin) =>
      Promise.resolve(listSkills(learned.values(), state.snapshot, limit, origin)),
    skillStore: (...patterns) =>
      Promise.resolve().then(() => {
        for (const pattern of copyLearned(patterns, learned)) learned.set(pattern.id, pattern);
      }),
    loadSyncState: () => Promise.resolve(state),
    saveSyncState: (next) => {
      state = next;
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
// packages/client/dist/store/push-order.js
/** What a pattern costs beside its embedding, and what an embedding far from all known ones does. Bytes. */
var METADATA_BYTES = 8;
var EMBEDDING_BYTES = 70;
/** Even what is known already says that it holds for one more TV. */
var LEAST_NEWS = 0.05;
/**
 * Orders patterns by what they teach per byte: new successes, times how far they are from what the
 * server has published, over the bytes that they are likely to take.
 */
function orderByTeaching(patterns, published) {
  const worth = new Map(patterns.map((pattern) => [pattern, worthPerByte(pattern, published)]));
  return [...patterns].sort((a, b) => (worth.get(b) ?? 0) - (worth.get(a) ?? 0));
}
function worthPerByte(pattern, published) {
  const { embedding, newSamples, sampleCount, successRate } = pattern;
  const nearest = published.reduce(
    (most, other) => Math.max(most, cosineSimilarity(embedding, other.embedding)),
    0,
  );
  const news = 1 - nearest * nearest;
  const bytes = METADATA_BYTES + EMBEDDING_BYTES * Math.sqrt(news);
  return ((newSamples ?? sampleCount) * successRate * (LEAST_NEWS + news)) / bytes;
}
// packages/client/dist/sync-client-options.js
var FORMAT_METHODS = ['encodeDelta', 'splitDelta', 'decodeAnswer'];
var STORE_METHODS = ['skillList', 'skillStore', 'loadSyncState', 'saveSyncState', 'close'];
/** @throws SyncError `invalid-config` for what cannot work. */
function checkOptions$2(options) {
  const { deviceId, format, fallback, store, transport, snapshots, budget } = options;
  if (
    !(typeof deviceId === 'string' && /^[^\p{Cc}\p{Cs}]+$/u.test(deviceId)) ||
    deviceId.length > 1024
  )
    throw new SyncError(
      'invalid-config',
      `The device id must be well-formed text of 1 to ${MAX_NAME_LENGTH} characters without control characters`,
      { field: 'deviceId' },
    );
  checkPorts(options);
  checkMethods(
    'format',
    format,
    FORMAT_METHODS,
    'createV2Format() of @omega-tv/compression makes one',
  );
  if (fallback !== void 0) checkMethods('fallback', fallback, FORMAT_METHODS);
  if (store !== void 0) checkMethods('store', store, STORE_METHODS);
  if (transport !== void 0) checkMethods('transport', transport, ['request']);
  checkChoice('snapshots', snapshots, ['inline', 'cached']);
  checkChoice('budget.tier', budget?.tier, Object.keys(BUDGET_TIERS));
}
function checkChoice(field, value, choices) {
  if (value === void 0 || choices.includes(value)) return;
  throw new SyncError(
    'invalid-config',
    `${field} is ${JSON.stringify(value)}; expected ${choices.join(' or ')}`,
    { field },
  );
}
// packages/client/dist/sync-results.js
/** The result of an exchange that had nothing to move. */
function nothingMoved(globalVersion, protocolVersion) {
  return {
    protocolVersion,
    patternsPushed: 0,
    patternsReceived: 0,
    trendsReceived: 0,
    globalVersion,
    bytesSent: 0,
    bytesReceived: 0,
    durationMs: 0,
    fidelity: {
      meanCosine: 1,
      minCosine: 1,
    },
  };
}
/** The result of a snapshot that was fetched on its own. */
function snapshotFetched({ patterns, trends, version }, bytesReceived, durationMs) {
  return {
    ...nothingMoved(version, 2),
    patternsReceived: patterns.length,
    trendsReceived: trends.length,
    bytesReceived,
    durationMs,
  };
}
/** The result of two messages of one exchange, the later one second. */
function addResults(a, b) {
  const patternsPushed = a.patternsPushed + b.patternsPushed;
  const meanCosine =
    patternsPushed === 0
      ? 1
      : (a.fidelity.meanCosine * a.patternsPushed + b.fidelity.meanCosine * b.patternsPushed) /
        patternsPushed;
  const isIdle = b.bytesSent === 0 && b.bytesReceived === 0;
  return {
    ...(isIdle
      ? {
          ...a,
          globalVersion: b.globalVersion,
        }
      : b),
    patternsPushed,
    patternsReceived: isIdle ? a.patternsReceived : b.patternsReceived,
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
    durationMs: a.durationMs + b.durationMs,
    fidelity: {
      meanCosine,
      minCosine: Math.min(a.fidelity.minCosine, b.fidelity.minCosine),
    },
  };
}
// packages/client/dist/sync-client.js
/** How many patterns one exchange looks at. */
var MAX_LISTED_SKILLS = 1024;
/**
 * One TV's side of the exchange.
 * @example
 * ```ts
 * import { SyncClient } from '@omega-tv/client';
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 *
 * const url = 'https://tv.example.com/base/';
 * const client = await SyncClient.create({ url, deviceId: 'kitchen', format: createNodeV2Format() });
 * console.log(client.constellationUrl, client.lastVersion); // => https://tv.example.com/base 0
 * ```
 */
var SyncClient = class SyncClient {
  deviceId;
  /** Without trailing slashes. */
  constellationUrl;
  store;
  #protocol;
  #format;
  #clock;
  #tiers;
  #isCached;
  #logger;
  #lastVersion;
  /** The snapshot that the state's frame holds. */
  #held;
  /** Exchanges take turns, since each reads and writes the state. */
  #turn = Promise.resolve();
  constructor(options, store, state) {
    const { clock = systemClock, format, fallback, timeoutMs, logger = silentLogger } = options;
    this.deviceId = options.deviceId;
    this.constellationUrl = normaliseBaseUrl(options.url);
    this.store = store;
    this.#format = format;
    this.#clock = clock;
    this.#tiers = new TierChoice(options.budget);
    this.#isCached = options.snapshots === 'cached' && format.decodeSnapshot !== void 0;
    this.#logger = logger;
    this.#lastVersion = state.lastVersion;
    this.#held = this.#readFrame(state.frame);
    this.#protocol = new ConstellationProtocol({
      transport: options.transport ?? createAxiosTransport({ baseUrl: this.constellationUrl }),
      format,
      clock,
      logger,
      ...(fallback === void 0 ? {} : { fallback }),
      ...(timeoutMs === void 0 ? {} : { timeoutMs }),
    });
  }
  /**
   * Opens a client; the last version is read from the store. Nothing is sent.
   * @throws SyncError `invalid-config` for a device id or a URL that cannot work, and for a store
   * that another device id has used.
   */
  static async create(options) {
    checkOptions$2(options);
    const { deviceId, store = createMemoryPatternStore(), random = systemRandom } = options;
    const url = normaliseBaseUrl(options.url);
    const loaded = await store.loadSyncState();
    const drawEpoch = () => Math.floor(random.next() * 2 ** 32);
    const state = stateOwned(
      loaded,
      {
        deviceId,
        url,
      },
      drawEpoch,
    );
    if (state !== loaded)
      await store.saveSyncState(state).catch((err) => {
        options.logger?.warn({ err }, 'the store cannot be written now');
      });
    return new SyncClient(options, store, state);
  }
  /** The version of the newest global patterns that arrived here; 0 before the first. */
  get lastVersion() {
    return this.#lastVersion;
  }
  /**
   * Resolves when the server says that it is well.
   * @throws SyncError when it does not, and the signal's reason when aborted.
   */
  healthCheck(options = {}) {
    return this.#protocol.healthCheck(options);
  }
  /** True when the server has newer global patterns than this client. */
  async needsSync(options = {}) {
    return (await this.#protocol.getGlobalVersion(options)) > this.#lastVersion;
  }
  /** A delta of those patterns that are good enough to leave the TV, and not published ones. */
  prepareDelta(patterns) {
    return {
      deviceId: this.deviceId,
      patterns: patterns.filter((one) => meetsSyncThreshold(one) && !isPublishedId(one.id)),
      version: Math.min(this.#lastVersion + 1, MAX_INTEGER),
      timestamp: toTimestamp(this.#clock.nowMs()),
    };
  }
  /**
   * Pushes a delta of your own, in as many messages as it needs, and returns the last answer. The
   * store learns the answer, but keeps no books of what you push: use `syncStore` for that.
   * @throws SyncError as `ConstellationProtocol.sync`; sending the same delta again is safe.
   */
  sync(delta, options = {}) {
    return this.#inTurn(async () => {
      const context = this.#context();
      const [first = delta, ...rest] = await this.#protocol.format.splitDelta(delta, context);
      let answer = await this.#exchange(first, options);
      for (const part of rest) {
        const next = await this.#exchange(part, options);
        answer = {
          ...answer,
          ...next,
          result: addResults(answer.result, next.result),
        };
      }
      await this.#adopt(answer, answerAdopted);
      return answer;
    });
  }
  /**
   * Pushes what the store's learned patterns gained since the last acknowledged push, and fetches
   * the global patterns when the server has others. After a failure or a crash, at any point,
   * the next call goes on where this one stopped; no sample is lost or counted twice.
   * @throws SyncError as `ConstellationProtocol.sync`.
   */
  syncStore(options = {}) {
    return this.#inTurn(async () => {
      let result = nothingMoved(this.#lastVersion, this.#format.protocolVersion);
      let told;
      for (;;) {
        const delta = await this.#nextPush();
        if (delta === void 0) break;
        const moved = await this.#settlePush(delta, options);
        if (moved === void 0) continue;
        result = addResults(result, moved.result);
        told = namedBy(moved);
      }
      const named = told ?? { version: await this.#protocol.getGlobalVersion(options) };
      return addResults(result, await this.#fetchOther(named, told !== void 0, options));
    });
  }
  /**
   * Fetches the server's global patterns where they are another version's. A lower one counts too:
   * the server may have been restored from a backup.
   * @param isTold whether an answer to a push has just said so: it carried the server's epoch.
   */
  async #fetchOther(named, isTold, options) {
    if (named.version === this.#lastVersion)
      return nothingMoved(this.#lastVersion, this.#protocol.format.protocolVersion);
    if (!(this.#isCached && this.#protocol.format === this.#format))
      return (await this.#poll(options, false)).result;
    if (isTold) return this.#fetchSnapshot(named, options);
    const polled = await this.#poll(options, true);
    const { result } = polled;
    if (result.globalVersion === this.#lastVersion) return result;
    return addResults(result, await this.#fetchSnapshot(namedBy(polled), options));
  }
  /** Pushes nothing: the answer says what there is, and brings it unless only that is asked for. */
  async #poll(options, minimal) {
    const answer = await this.#exchange(this.prepareDelta([]), options, minimal);
    await this.#adopt(answer, answerAdopted);
    return answer;
  }
  /** A cache may hold what a restored server no longer has: then the answer brings it. */
  async #fetchSnapshot({ version, hash }, options) {
    const startMs = this.#clock.nowMs();
    const held = this.#held;
    try {
      const path = snapshotPath(
        {
          stream: GLOBAL_STREAM,
          version,
        },
        held,
      );
      const bytes = await this.#protocol.getSnapshot(path, options);
      const read = this.#format.decodeSnapshot?.(bytes, held);
      if (read !== void 0 && (hash === void 0 || read.snapshot.hash === hash)) {
        await this.#adoptSnapshot(read, answerAdopted);
        return snapshotFetched(read.globals, bytes.length, this.#clock.nowMs() - startMs);
      }
      this.#logger.warn(
        {
          version,
          hash,
        },
        'the snapshot kept under its version is another one',
      );
    } catch (error) {
      if (!isSyncError(error) || error.code === 'http') throw error;
      this.#logger.warn({ err: error }, 'the snapshot cannot be had by its version');
    }
    return (await this.#poll(options, false)).result;
  }
  /** What a delta may be coded against, and how large it may be. */
  #context() {
    const { tier, reason } = this.#tiers.choose();
    return {
      tier,
      tierReason: reason,
      ...(this.#held === void 0 ? {} : { base: this.#held }),
    };
  }
  async #exchange(delta, options, minimal = this.#isCached) {
    const { tierReason, ...context } = this.#context();
    const { serverEpoch } = await this.store.loadSyncState();
    try {
      const answer = await this.#protocol.sync(delta, {
        ...options,
        ...context,
        minimal,
        mayFallBack: serverEpoch === void 0,
      });
      checkReceipt(delta, answer);
      this.#tiers.succeeded(answer.result.durationMs);
      const { result } = answer;
      return {
        ...answer,
        result:
          result.tier === void 0
            ? result
            : {
                ...result,
                tierReason,
              },
      };
    } catch (error) {
      this.#tiers.failed(error);
      throw error;
    }
  }
  /** The push that was begun and not answered, or else a new one, durable before it is sent. */
  async #nextPush() {
    const state = await this.store.loadSyncState();
    const [begun] = state.outbox;
    if (begun !== void 0)
      return {
        ...this.prepareDelta([]),
        ...begun,
      };
    const learned = await this.store.skillList(MAX_LISTED_SKILLS, 'learned');
    const merged = copiesMerged(state, learned);
    const pending = this.prepareDelta(
      orderByTeaching(pendingPatterns(merged, learned), this.#held?.patterns ?? []),
    );
    if (pending.patterns.length === 0) {
      if (merged !== state) await this.store.saveSyncState(merged);
      return;
    }
    const [part = pending] = await this.#split(pending);
    const next = pushBegun(merged, part.patterns);
    await this.store.saveSyncState(next);
    return {
      ...part,
      ...next.outbox[0],
    };
  }
  /** A pattern that fits no message goes alone, so that it alone becomes a dead letter. */
  async #split(delta) {
    try {
      return await this.#protocol.format.splitDelta(delta, this.#context());
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return delta.patterns.map((pattern) => ({
        ...delta,
        patterns: [pattern],
      }));
    }
  }
  /** Sends the first push of the outbox; returns undefined when it was refused for good. */
  async #settlePush(delta, options) {
    try {
      const answer = await this.#exchange(delta, options);
      await this.#adopt(answer, pushAcknowledged);
      return answer;
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const state = await this.store.loadSyncState();
      await this.store.saveSyncState(pushRefused(state, error.message));
      return;
    }
  }
  /** Acknowledgement, snapshot and version in one step; the receipt counts without a snapshot too. */
  async #adopt(answer, settle) {
    const { globalPatterns, snapshot, snapshotError, receipt } = answer;
    if (snapshotError !== void 0)
      this.#logger.warn({ err: snapshotError }, 'the snapshot of the answer cannot be used');
    const epoch = {
      ...(receipt === void 0 ? {} : { serverEpoch: receipt.serverEpoch }),
      hasLost: this.#hasLost(answer),
    };
    if (globalPatterns !== void 0) {
      const read = {
        globals: globalPatterns,
        ...(snapshot === void 0 ? {} : { snapshot }),
      };
      await this.#adoptSnapshot(read, settle, epoch);
      return;
    }
    const settled = settle(await this.store.loadSyncState(), epoch);
    const state = snapshotError === void 0 ? settled : frameDropped(settled);
    await this.store.saveSyncState(state);
    this.#lastVersion = state.lastVersion;
    if (state.frame === void 0) this.#held = void 0;
  }
  /** Whether the server's newest version shows that it lost some: lower, or the same but another. */
  #hasLost({ current }) {
    if (current === void 0) return false;
    const held = this.#held;
    const isRewritten = held?.version === current.version && held.hash !== current.hash;
    return current.version < this.#lastVersion || isRewritten;
  }
  async #adoptSnapshot({ globals, snapshot }, settle, epoch = {}) {
    const frame = snapshot === void 0 ? {} : { frame: encodeSnapshotFrame(snapshot) };
    const state = settle(await this.store.loadSyncState(), {
      globals,
      ...frame,
      ...epoch,
    });
    await this.store.saveSyncState(state);
    this.#held = snapshot;
    this.#lastVersion = globals.version;
  }
  /** The snapshot that a TV kept; what it cannot read it does without. */
  #readFrame(frame) {
    if (frame === void 0) return void 0;
    try {
      return this.#format.decodeSnapshot?.(frame).snapshot;
    } catch (err) {
      this.#logger.warn(
        { err },
        'the snapshot kept cannot be read; the next answer brings it anew',
      );
      return;
    }
  }
  #inTurn(work) {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => void 0);
    return result;
  }
};
function namedBy({ current, result }) {
  return current ?? { version: result.globalVersion };
}
/** RFC 3339 has four digits for the year: a clock beyond them is read as its last instant. */
var LAST_TIMESTAMP_MS = Date.UTC(9999, 11, 31);
function toTimestamp(nowMs) {
  const ms = Math.min(Math.max(nowMs, 0), LAST_TIMESTAMP_MS);
  return new Date(Number.isNaN(ms) ? 0 : ms).toISOString();
}
// packages/client/dist/loop/retry-delay.js
/** Whatever a server asks for, a TV comes back within a day. */
var MAX_FLOOR_MS = 864e5;
/**
 * Exponential backoff with full jitter: uniform in [0, min(max, base x 2^(failures-1))), so that
 * TVs that failed together do not return together (Brooker, "Exponential Backoff And Jitter", 2015).
 * @param failures consecutive ones, at least 1.
 * @param floorMs the least wait that the server asked for.
 */
function retryDelayMs(failures, floorMs, { baseMs, maxMs }, random) {
  const ceilingMs = Math.min(maxMs, baseMs * 2 ** (failures - 1));
  return Math.min(MAX_FLOOR_MS, Math.max(floorMs, random.next() * ceilingMs));
}
// packages/client/dist/loop/sync-loop.js
var MINUTE_MS = 6e4;
/**
 * Exchanges again and again. Failures are retried with exponential backoff and full jitter, not
 * before the server's Retry-After, which is kept up to a day; what cannot be
 * retried waits for the next interval, and no less than that either.
 * @throws SyncError `invalid-config` for settings that cannot work, such as a range of times that is none.
 * @example
 * ```ts
 * import { createSyncLoop } from '@omega-tv/client';
 *
 * const exchange = async () => {
 *   console.log('an exchange'); // => an exchange
 *   return { patternsPushed: 1 }; // yours: (signal) => client.syncStore({ signal })
 * };
 * const loop = createSyncLoop({ exchange, startWithinMs: 0 });
 * const first = new Promise((resolve) => loop.results$.subscribe(resolve));
 * const running = loop.start();
 * await first;
 * running.unsubscribe();
 * ```
 */
function createSyncLoop(options) {
  const settings = checkOptions$1(options);
  const results$ = new Subject();
  const errors$ = new Subject();
  const status$ = new BehaviorSubject({
    state: 'stopped',
    consecutiveFailures: 0,
  });
  const paused$ = new BehaviorSubject(false);
  const syncNow$ = new Subject();
  const { intervalMs, scheduler, random } = settings;
  let running = Subscription.EMPTY;
  let failures = 0;
  let delayMs = 0;
  const show = (state) => {
    const wait = state === 'waiting' ? { delayMs } : {};
    status$.next({
      state,
      consecutiveFailures: failures,
      ...wait,
    });
  };
  const drawWithin = (min, max) => min + random.next() * (max - min);
  const succeeded = (result) => {
    failures = 0;
    const drawnMs = drawWithin(intervalMs.min, intervalMs.max);
    delayMs = Math.min(MAX_FLOOR_MS, Math.max(drawnMs, drawInWindow(result.window, random)));
    results$.next(result);
  };
  const failed = (error) => {
    failures += 1;
    const floorMs =
      isSyncError(error) && Number.isFinite(error.retryAfterMs) ? (error.retryAfterMs ?? 0) : 0;
    const backoff = {
      baseMs: settings.retryBaseMs,
      maxMs: intervalMs.max,
    };
    delayMs =
      isSyncError(error) && !error.retryable
        ? Math.min(MAX_FLOOR_MS, Math.max(floorMs, drawWithin(intervalMs.min, intervalMs.max)))
        : retryDelayMs(failures, floorMs, backoff, random);
    errors$.next(error);
    return EMPTY;
  };
  const wait$ = defer(() => {
    show('waiting');
    return merge(timer(delayMs, scheduler), syncNow$).pipe(take(1));
  });
  const exchange$ = defer(() => {
    show('syncing');
    return abortable(options.exchange).pipe(take(1), tap(succeeded), catchError(failed));
  });
  const cycle$ = defer(() => {
    delayMs = drawWithin(0, settings.startWithinMs);
    return wait$.pipe(
      switchMap(() => exchange$),
      repeat(),
    );
  });
  return {
    results$: results$.asObservable(),
    errors$: errors$.asObservable(),
    status$: status$.asObservable(),
    start() {
      if (!running.closed) return running;
      running = paused$
        .pipe(
          distinctUntilChanged(),
          switchMap((paused) => {
            if (!paused) return cycle$;
            show('paused');
            return NEVER;
          }),
        )
        .subscribe();
      running.add(() => {
        show('stopped');
      });
      return running;
    },
    pause() {
      paused$.next(true);
    },
    resume() {
      paused$.next(false);
    },
    syncNow() {
      syncNow$.next();
    },
  };
}
/** Runs one exchange; unsubscribing aborts it. */
function abortable(exchange) {
  return defer(() => {
    const controller = new AbortController();
    return from(exchange(controller.signal)).pipe(
      finalize(() => {
        controller.abort();
      }),
    );
  });
}
function checkOptions$1(options) {
  const {
    intervalMs = {
      min: 5 * MINUTE_MS,
      max: 15 * MINUTE_MS,
    },
    startWithinMs = MINUTE_MS,
    retryBaseMs = 5e3,
    scheduler = asyncScheduler,
    random = systemRandom,
  } = options;
  checkPorts(options);
  if (typeof options.exchange !== 'function')
    throw new SyncError(
      'invalid-config',
      `exchange is ${String(options.exchange)}; expected a function such as (signal) => client.syncStore({ signal })`,
      { field: 'exchange' },
    );
  if (!(intervalMs.min > 0 && intervalMs.max >= intervalMs.min && intervalMs.max < 2 ** 31))
    throw invalid('intervalMs', `${intervalMs.min} to ${intervalMs.max}`);
  if (!(startWithinMs >= 0 && startWithinMs < 2 ** 31))
    throw invalid('startWithinMs', startWithinMs);
  if (!(retryBaseMs > 0 && retryBaseMs < 2 ** 31)) throw invalid('retryBaseMs', retryBaseMs);
  return {
    intervalMs,
    startWithinMs,
    retryBaseMs,
    scheduler,
    random,
  };
}
function invalid(field, value) {
  return new SyncError(
    'invalid-config',
    `${field} is ${value}; expected milliseconds, ascending, above 0 and below 2^31`,
    { field },
  );
}
/** An instant in the window of a server that asks for patience; else none. */
function drawInWindow(window, random) {
  if (window === void 0 || window.minMs === 0) return 0;
  return window.minMs + random.next() * (window.maxMs - window.minMs);
}
// packages/client/dist/index.js
var dist_exports = /* @__PURE__ */ __exportAll({
  SyncClient: () => SyncClient,
  copyLearned: () => copyLearned,
  createMemoryPatternStore: () => createMemoryPatternStore,
  createSyncLoop: () => createSyncLoop,
  emptySyncState: () => emptySyncState,
  listSkills: () => listSkills,
  mergedPatterns: () => mergedPatterns,
  pendingPatterns: () => pendingPatterns,
  sampleBooks: () => sampleBooks,
});
// packages/client/dist/node/create-folder.js
/**
 * Creates a folder and its parents where they are missing, one after another: Node's own recursion,
 * which LevelDB uses, never ends where a parent takes no folders and answers that there is no such
 * file, as those of /proc do.
 * @throws what the system answers.
 */
async function createFolder(folder) {
  if (await exists(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await createFolder(parent);
  try {
    await mkdir(folder);
  } catch (error) {
    if (!(await exists(folder))) throw error;
  }
}
async function exists(folder) {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}
// packages/client/dist/node/open-or-set-aside.js
/** Thrown by `open` when the folder holds records that cannot be read. */
var CorruptStoreError = class extends Error {
  name = 'CorruptStoreError';
};
/**
 * Opens a store such that a corrupt folder or a full disk never stops a TV from starting; `outcome`
 * says what happened.
 * @throws SyncError `invalid-config` when another process has the store open, and for any other fault where
 * `recover` is false.
 */
async function openOrSetAside(options) {
  const { directory, clock = systemClock, logger = silentLogger, open } = options;
  const useMemory = (cause) => {
    logger.error(
      {
        directory,
        err: cause,
      },
      'the store cannot be used; this run keeps nothing',
    );
    return {
      store: options.createInMemory(),
      outcome: 'memory-only',
      cause,
    };
  };
  try {
    return {
      store: await open(directory),
      outcome: 'opened',
    };
  } catch (cause) {
    if (levelCode(cause) === 'LEVEL_LOCKED') throw inUse(directory, cause);
    if (options.recover === false) throw unusable(directory, cause);
    if (!isCorrupt(cause)) return useMemory(cause);
    const setAsideTo = `${directory}.corrupt-${clock.nowMs()}`;
    logger.error(
      {
        directory,
        setAsideTo,
        err: cause,
      },
      'the store is corrupt and was set aside',
    );
    try {
      await rename(directory, setAsideTo);
      return {
        store: await open(directory),
        outcome: 'set-aside',
        setAsideTo,
        cause,
      };
    } catch (error) {
      return useMemory(error);
    }
  }
}
function isCorrupt(error) {
  return error instanceof CorruptStoreError || levelCode(error) === 'LEVEL_CORRUPTION';
}
/** abstract-level wraps what LevelDB said as the cause. */
function levelCode(error) {
  return (error instanceof Error ? error.cause : void 0)?.code;
}
function unusable(directory, cause) {
  return new SyncError(
    'invalid-config',
    `The store ${directory} cannot be used (${cause instanceof Error ? reasonOf(cause) : String(cause)})`,
    { field: 'directory' },
    { cause },
  );
}
function reasonOf(error) {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
function inUse(directory, cause) {
  return new SyncError(
    'invalid-config',
    `The store ${directory} is in use by another process; stop it or choose another folder`,
    { field: 'directory' },
    { cause },
  );
}
// packages/client/dist/node/durable-level.js
/** A LevelDB folder whose writes take turns, are on the disk when they resolve, and may fail. */
var DurableLevel = class DurableLevel {
  #db;
  #turn = Promise.resolve();
  /**
   * True after a failed write. It may have left half a record at the end of LevelDB's log, and what
   * is appended behind that is lost when the log is read; opening the folder again starts a new log.
   */
  #mustReopen = false;
  #isClosed = false;
  constructor(db) {
    this.#db = db;
  }
  /**
   * Opens a folder, created where it does not exist.
   * @throws CorruptStoreError when its CURRENT is missing or names no file; else what LevelDB or
   * the file system throws.
   */
  static async open(directory) {
    return new DurableLevel(await openLevel(directory));
  }
  /** All records from `gte` up to before `lt`, in the order of their keys. */
  entries(range = {}) {
    return this.#db.iterator(range);
  }
  get(key) {
    return this.#db.get(key);
  }
  /**
   * Runs `prepare` when all writes before are done, writes what it returns in one step, then runs
   * `onWritten`, still before the next write.
   * @throws what `prepare` throws, or LevelDB when the write failed: then none of it counts.
   */
  write(prepare, onWritten) {
    return this.#inTurn(async () => {
      if (this.#isClosed) throw closedError();
      if (this.#mustReopen) await this.#reopen();
      const operations = [...prepare()];
      this.#mustReopen = true;
      await this.#db.batch(operations, { sync: true });
      this.#mustReopen = false;
      onWritten();
    });
  }
  close() {
    return this.#inTurn(() => {
      this.#isClosed = true;
      return this.#db.close();
    });
  }
  async #reopen() {
    await this.#db.close();
    await this.#db.open();
    this.#mustReopen = false;
  }
  #inTurn(work) {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => void 0);
    return done;
  }
};
function closedError() {
  return new SyncError('invalid-config', 'The store was closed; open it again to go on', {
    field: 'store',
  });
}
/**
 * LevelDB would begin a new store where CURRENT is missing and remove the old one's files, and it
 * does not count a CURRENT that names no file as corruption.
 */
async function openLevel(directory) {
  const files = await readdir(directory).catch(() => []);
  const isStore = files.some((name) => /^(MANIFEST-\d+|\d{6,}\.(ldb|log|sst))$/.test(name));
  await createFolder(directory);
  const db = new ClassicLevel(directory, { createIfMissing: !isStore });
  try {
    await db.open();
    return db;
  } catch (cause) {
    if (!isStore || levelCode(cause) === 'LEVEL_LOCKED') throw cause;
    const current = await readFile(path.join(directory, 'CURRENT'), 'utf8').catch(() => '');
    if (files.includes(current.trimEnd())) throw cause;
    throw new CorruptStoreError('CURRENT names no file of the store', { cause });
  }
}
// packages/client/dist/node/records.js
var Count = Type.Integer({ minimum: 0 });
var PositionSchema = Type.Object({
  deviceEpoch: Count,
  seq: Count,
});
var PushedPatternSchema = Type.Intersect([
  PatternDataSchema,
  Type.Object({ new_samples: Type.Optional(Count) }),
]);
var SyncStateSchema = Type.Object({
  lastVersion: Count,
  marks: Type.Array(Type.Tuple([Type.String(), Count, Count])),
  outbox: Type.Array(
    Type.Object({
      position: Type.Optional(PositionSchema),
      patterns: Type.Array(PushedPatternSchema),
    }),
  ),
  /** Base 64. */
  frame: Type.Optional(Type.String()),
  serverEpoch: Type.Optional(Type.String()),
  next: Type.Optional(PositionSchema),
  merges: Type.Array(Type.Tuple([Type.String(), Type.String(), Count])),
  deadLetters: Type.Array(
    Type.Object({
      patternId: Type.String(),
      sampleCount: Count,
      reason: Type.String(),
    }),
  ),
  snapshot: Type.Union([Type.Null(), GlobalPatternsSchema]),
  owner: Type.Union([
    Type.Null(),
    Type.Object({
      deviceId: Type.String(),
      url: Type.String(),
    }),
  ]),
});
function patternToRecord(pattern) {
  return withChecksum(JSON.stringify(patternDataToWire(pattern)));
}
/** @throws when the record is not what `patternToRecord` wrote. */
function patternFromRecord(record) {
  return patternDataFromWire(Value.Parse(PatternDataSchema, JSON.parse(withoutChecksum(record))));
}
function syncStateToRecord(state) {
  const record = {
    lastVersion: state.lastVersion,
    marks: Array.from(state.marks, ([id, mark]) => [id, mark.acknowledged, mark.refused]),
    outbox: state.outbox.map((item) => ({
      ...item,
      patterns: item.patterns.map(({ newSamples, ...pattern }) => ({
        ...patternDataToWire(pattern),
        ...(newSamples === void 0 ? {} : { new_samples: newSamples }),
      })),
    })),
    ...(state.frame === void 0 ? {} : { frame: Buffer.from(state.frame).toString('base64') }),
    ...(state.serverEpoch === void 0 ? {} : { serverEpoch: state.serverEpoch }),
    ...(state.next === void 0 ? {} : { next: state.next }),
    merges: Array.from(state.merges, ([id, { into, settled }]) => [id, into, settled]),
    deadLetters: [...state.deadLetters],
    snapshot: state.snapshot === void 0 ? null : globalPatternsToWire(state.snapshot),
    owner: state.owner ?? null,
  };
  return withChecksum(JSON.stringify(record));
}
/** @throws when the record is not what `syncStateToRecord` wrote. */
function syncStateFromRecord(record) {
  const state = Value.Parse(SyncStateSchema, JSON.parse(withoutChecksum(record)));
  return {
    lastVersion: state.lastVersion,
    marks: new Map(
      state.marks.map(([id, acknowledged, refused]) => [
        id,
        {
          acknowledged,
          refused,
        },
      ]),
    ),
    outbox: state.outbox.map(({ position, patterns }) => ({
      ...(position === void 0 ? {} : { position }),
      patterns: patterns.map(({ new_samples: newSamples, ...pattern }) => ({
        ...patternDataFromWire(pattern),
        ...(newSamples === void 0 ? {} : { newSamples }),
      })),
    })),
    ...(state.frame === void 0
      ? {}
      : { frame: new Uint8Array(Buffer.from(state.frame, 'base64')) }),
    ...(state.serverEpoch === void 0 ? {} : { serverEpoch: state.serverEpoch }),
    ...(state.next === void 0 ? {} : { next: state.next }),
    merges: new Map(
      state.merges.map(([id, into, settled]) => [
        id,
        {
          into,
          settled,
        },
      ]),
    ),
    deadLetters: state.deadLetters,
    snapshot: state.snapshot === null ? void 0 : globalPatternsFromWire(state.snapshot),
    ...(state.owner === null ? {} : { owner: state.owner }),
  };
}
var CHECKSUM_DIGITS = 8;
/** LevelDB's binding does not verify its blocks as it reads them, so each record carries a CRC-32. */
function withChecksum(json) {
  return crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0') + json;
}
function withoutChecksum(record) {
  const json = record.slice(CHECKSUM_DIGITS);
  if (withChecksum(json) !== record) throw new Error('the record does not match its checksum');
  return json;
}
// packages/client/dist/node/level-pattern-store.js
var SKILL_PREFIX = 'skill!';
var SYNC_STATE_KEY = 'sync-state';
/**
 * Opens the store of a TV in a folder, created where it does not exist; one process at a time. A
 * corrupt store or a full disk never stops the TV from starting; `outcome` says what happened.
 * @throws SyncError `invalid-config` when another process has the store open.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelPatternStore } from '@omega-tv/client/node';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'tv-')); // yours: a folder that stays
 * const { store, outcome } = await openLevelPatternStore({ directory });
 * console.log(outcome); // => opened
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
function openLevelPatternStore(options) {
  return openOrSetAside({
    ...options,
    open: (directory) => LevelPatternStore.open(directory),
    createInMemory: createMemoryPatternStore,
  });
}
var LevelPatternStore = class LevelPatternStore {
  #level;
  #learned;
  #state;
  constructor(level, learned, state) {
    this.#level = level;
    this.#learned = learned;
    this.#state = state;
  }
  static async open(directory) {
    const level = await DurableLevel.open(directory);
    try {
      const learned = await readLearned(level);
      const record = await level.get(SYNC_STATE_KEY);
      const state = record === void 0 ? emptySyncState : syncStateFromRecord(record);
      checkMarks(learned, state);
      return new LevelPatternStore(level, learned, state);
    } catch (cause) {
      await level.close();
      throw new CorruptStoreError('the pattern store cannot be read', { cause });
    }
  }
  skillList(...[limit, origin]) {
    const { snapshot } = this.#state;
    return Promise.resolve(listSkills(this.#learned.values(), snapshot, limit, origin));
  }
  skillStore(...patterns) {
    let copies = [];
    return this.#level.write(
      () => {
        copies = copyLearned(patterns, this.#learned);
        return copies.map((copy) => toPut(SKILL_PREFIX + copy.id, patternToRecord(copy)));
      },
      () => {
        for (const copy of copies) this.#learned.set(copy.id, copy);
      },
    );
  }
  loadSyncState() {
    return Promise.resolve(this.#state);
  }
  saveSyncState(state) {
    return this.#level.write(
      () => [toPut(SYNC_STATE_KEY, syncStateToRecord(state))],
      () => {
        this.#state = state;
      },
    );
  }
  close() {
    return this.#level.close();
  }
};
async function readLearned(level) {
  const learned = /* @__PURE__ */ new Map();
  const range = {
    gte: SKILL_PREFIX,
    lt: `${SKILL_PREFIX}\uffff`,
  };
  for await (const [, record] of level.entries(range)) {
    const pattern = patternFromRecord(record);
    learned.set(pattern.id, pattern);
  }
  return learned;
}
function toPut(key, value) {
  return {
    type: 'put',
    key,
    value,
  };
}
/** A count that was acknowledged but is no longer stored: the disk lost a record silently. */
function checkMarks(learned, state) {
  const patterns = mergedPatterns([...learned.values()], state.merges);
  const counts = new Map(patterns.map(({ id, sampleCount }) => [id, sampleCount]));
  for (const [id, { acknowledged }] of state.marks) {
    const stored = counts.get(id) ?? 0;
    if (stored < acknowledged)
      throw new Error(`pattern ${id} has ${stored} samples, but ${acknowledged} were acknowledged`);
  }
}
// packages/client/dist/node/index.js
var node_exports = /* @__PURE__ */ __exportAll({
  CorruptStoreError: () => CorruptStoreError,
  DurableLevel: () => DurableLevel,
  openLevelPatternStore: () => openLevelPatternStore,
  openOrSetAside: () => openOrSetAside,
});
// packages/compression/dist/node/native-zstd.js
/**
 * libzstd through a native addon, off the main thread. Level 3; its frames carry neither content
 * size nor checksum, and its decompress has no cap, so give it inspected frames only.
 */
var nativeZstd = {
  compress: async (bytes) => toPlainArray(await zstd.compress(toBuffer(bytes))),
  decompress: async (frame) => toPlainArray(await zstd.decompress(toBuffer(frame))),
};
/** The addon takes Buffers only. Shares the memory. */
function toBuffer(bytes) {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
/** A Buffer behaves unlike a Uint8Array where it is sliced or printed as JSON. */
function toPlainArray(buffer) {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
// packages/compression/dist/node/node-formats.js
/**
 * The v1 wire format on native zstd.
 * @throws SyncError `invalid-config` for a `minCosine` outside 0 to 1.
 * @example
 * ```ts
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const format = createNodeV1Format();
 * const timestamp = '2026-11-22T10:00:00Z';
 * const delta = { deviceId: 'kitchen', patterns: [], version: 1, timestamp };
 * const { bytes } = await format.encodeDelta(delta);
 * console.log((await format.decodeDelta(bytes)).deviceId); // => kitchen
 * ```
 */
function createNodeV1Format(options = {}) {
  return createV1Format({
    ...options,
    zstd: nativeZstd,
  });
}
/**
 * The codec of all-MiniLM-L6-v2, on the codebook that `@omega-tv/embedding-codec` brings.
 * @example
 * ```ts
 * import { createMiniLmCodec } from '@omega-tv/compression/node';
 *
 * console.log(createMiniLmCodec().codebook.space.dimension); // => 384
 * ```
 */
function createMiniLmCodec() {
  return createEmbeddingCodec(readMiniLmCodebook());
}
/**
 * The v2 wire format for embeddings of all-MiniLM-L6-v2.
 * @example
 * ```ts
 * import { createNodeV2Format } from '@omega-tv/compression/node';
 *
 * const format = createNodeV2Format();
 * console.log(format.mediaType); // => application/vnd.omega-tv.frame;version=2
 * ```
 */
function createNodeV2Format(options = {}) {
  const { codecs = [createMiniLmCodec()] } = options;
  return createV2Format({
    ...options,
    codecs,
  });
}
// packages/compression/dist/node/index.js
var node_exports$1 = /* @__PURE__ */ __exportAll({
  createMiniLmCodec: () => createMiniLmCodec,
  createNodeV1Format: () => createNodeV1Format,
  createNodeV2Format: () => createNodeV2Format,
  nativeZstd: () => nativeZstd,
});
// packages/federation/dist/vector.js
/** Shorter than this against its weight, a sum has cancelled itself out and points nowhere. */
var MIN_SHARE = 1e-6;
function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
/**
 * The vector at unit length; undefined where it has no direction (zero, not finite, or shorter
 * than a millionth of `weight`, the sum of the lengths that went into it).
 */
function toUnit(vector, weight = 0) {
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > 0 && length >= weight * MIN_SHARE && length < Infinity)) return void 0;
  return Float64Array.from(vector, (value) => value / length);
}
/** `a` scaled by `scale`, plus `b` scaled by `otherScale`; as long as `b`. */
function blend(a, scale, b, otherScale) {
  return b.map((value, i) => (a[i] ?? 0) * scale + value * otherScale);
}
/** Cosine of the angle; 0 where a vector has no direction or the two have unequal lengths. */
function cosine(a, b) {
  if (a.length !== b.length) return 0;
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  const lengths = Math.sqrt(aa) * Math.sqrt(bb);
  return lengths > 0 && lengths < Infinity ? ab / lengths : 0;
}
// packages/federation/dist/config.js
var DAY_MS = 864e5;
var DEFAULTS = {
  minDevices: 10,
  maxSamplesPerDevice: QUALITY_THRESHOLD.minSampleCount,
  clustersPerGenre: 8,
  maxGenres: 64,
  joinCosine: 0.75,
  mergeCosine: 0.9,
  steadyCosine: 0.9995,
  patternHalfLifeMs: 30 * DAY_MS,
  trendHalfLifeMs: DAY_MS,
  maxClockStepMs: 2 * DAY_MS,
  dimension: 384,
};
var COUNTS = [
  'minDevices',
  'maxSamplesPerDevice',
  'clustersPerGenre',
  'maxGenres',
  'patternHalfLifeMs',
  'trendHalfLifeMs',
  'maxClockStepMs',
  'dimension',
];
var COSINES = ['joinCosine', 'mergeCosine', 'steadyCosine'];
/**
 * Fills in the defaults.
 * @throws SyncError `invalid-config` with the field that cannot work.
 * @example
 * ```ts
 * import { createFederationConfig } from '@omega-tv/federation';
 *
 * const { minDevices, joinCosine } = createFederationConfig({ minDevices: 25 });
 * console.log(minDevices, joinCosine); // => 25 0.75
 * ```
 */
function createFederationConfig(options = {}) {
  const config = {
    ...DEFAULTS,
    ...options,
  };
  for (const field of COUNTS)
    refuseUnless(
      Number.isSafeInteger(config[field]) && config[field] >= 1,
      field,
      config[field],
      'a whole number of at least 1',
    );
  for (const field of COSINES)
    refuseUnless(
      config[field] >= -1 && config[field] <= 1,
      field,
      config[field],
      'a cosine, from -1 to 1',
    );
  refuseUnless(
    config.mergeCosine >= config.joinCosine,
    'mergeCosine',
    config.mergeCosine,
    `at least joinCosine (${config.joinCosine}), or clusters would merge as fast as they start`,
  );
  return config;
}
function refuseUnless(valid, field, value, expected) {
  if (valid) return;
  throw new SyncError('invalid-config', `${field} is ${String(value)}, but must be ${expected}`, {
    field,
  });
}
/**
 * Turns the cumulative sample counts of v1 into new samples. A count above the mark adds the
 * difference (all of it at first sight); an equal or lower one adds nothing and leaves the mark.
 * A pattern with a published id is an echo: it counts zero and makes no mark.
 *
 * @throws SyncError `invalid-pattern` when the delta would bring a 129th id; no mark changes then.
 * @example
 * ```ts
 * import { applyMarks } from '@omega-tv/federation';
 *
 * const first = applyMarks(new Map(), [{ id: 'p1', sampleCount: 12 }]);
 * const second = applyMarks(first.marks, [{ id: 'p1', sampleCount: 15 }]);
 * console.log(first.increments, second.increments); // => [ 12 ] [ 3 ]
 * ```
 */
function applyMarks(marks, patterns) {
  const next = new Map(marks);
  const increments = patterns.map(({ id, sampleCount }, index) => {
    if (isPublishedId(id)) return 0;
    const mark = next.get(id);
    const count = Math.min(sampleCount, MAX_INTEGER);
    if (!(count > (mark ?? 0))) return 0;
    if (mark === void 0 && next.size >= 128) refuseId(index, id);
    next.set(id, count);
    return count - (mark ?? 0);
  });
  return {
    marks: increments.every((increment) => increment === 0) ? marks : next,
    increments,
  };
}
function refuseId(index, id) {
  const path = `patterns[${index}].id`;
  const limit = `at most 128 pattern ids a device`;
  throw new SyncError(
    'invalid-pattern',
    `delta: ${path} is one id too many (${limit}); send on under the ids already used`,
    {
      path,
      value: id,
      limit,
    },
  );
}
// packages/federation/dist/contribution.js
/**
 * The contributions of a delta, from what `applyMarks` said of it.
 * @param increments new samples of each pattern, in the delta's order.
 * @example
 * ```ts
 * import { contributionsFromDelta } from '@omega-tv/federation';
 *
 * const embedding = new Float32Array(384).fill(0.05); // yours: MiniLM
 * const pattern = { id: 'evening', embedding, successRate: 0.9, sampleCount: 12, genre: 'drama' };
 * const delta = { deviceId: 'kitchen', patterns: [pattern] };
 * const [contribution] = contributionsFromDelta(delta, [3], Date.UTC(2026, 10, 22));
 * console.log(contribution.genre, contribution.newSamples); // => drama 3
 * ```
 */
function contributionsFromDelta(delta, increments, receivedAtMs, region) {
  return delta.patterns
    .map(({ genre, embedding, successRate }, i) => ({
      deviceId: delta.deviceId,
      genre,
      embedding,
      successRate,
      newSamples: increments[i] ?? 0,
      receivedAtMs,
      ...(region === void 0 ? {} : { region }),
    }))
    .filter(({ newSamples }) => newSamples > 0);
}
// packages/federation/dist/state.js
/**
 * Where a federation begins: nothing learned, nothing published.
 * @example
 * ```ts
 * import { emptyFederation } from '@omega-tv/federation';
 *
 * console.log(emptyFederation().published.version); // => 0
 * ```
 */
function emptyFederation() {
  return {
    clusters: /* @__PURE__ */ new Map(),
    trends: /* @__PURE__ */ new Map(),
    counters: {
      samples: 0,
      samplesLearned: 0,
      latestMs: 0,
      clockMs: 0,
    },
    published: {
      patterns: [],
      trends: [],
      version: 0,
      timestamp: /* @__PURE__ */ new Date(0).toISOString(),
    },
  };
}
// packages/federation/dist/room.js
/** Of what may wait, the part that one device may be alone behind: it takes four to crowd. */
var OWN_PART = 1 / 4;
/** True once k devices have closed a cohort of it: such a cluster never gives way. */
function isClosed({ tally }) {
  return tally.closed.weight > 0;
}
/** The clusters of each genre. */
function groupByGenre(clusters) {
  const genres = /* @__PURE__ */ new Map();
  for (const cluster of clusters) {
    const group = genres.get(cluster.genre);
    if (group === void 0) genres.set(cluster.genre, [cluster]);
    else group.push(cluster);
  }
  return genres;
}
/**
 * The clusters that give way to a new one: none while there is room. A genre holds up to
 * `clustersPerGenre` clusters that have not closed; up to `maxGenres` genres have none that has.
 * Beyond that, or once the newcomer is alone behind a quarter of it, one such cluster of the genre
 * goes, or for a new genre all of one such genre.
 *
 * First goes what only the newcomer stands behind, so that one device displaces its own junk and
 * never another's twice; then what fewest devices stand behind; then the oldest.
 */
function findEvicted(clusters, { deviceId, genre }, keys, { clustersPerGenre, maxGenres }) {
  const genres = groupByGenre(clusters);
  const siblings = genres.get(genre);
  const waiting =
    siblings === void 0
      ? [...genres.values()].filter((group) => !group.some(isClosed))
      : siblings.filter((cluster) => !isClosed(cluster)).map((cluster) => [cluster]);
  const limit = siblings === void 0 ? maxGenres : clustersPerGenre;
  const standings = waiting.map((group) => toStanding(group, deviceId, keys)).sort(compare);
  const own = standings.filter(({ isOwn }) => isOwn).length;
  if (standings.length < limit && own < limit * OWN_PART) return [];
  return standings[0]?.group ?? [];
}
function toStanding(group, deviceId, keys) {
  const cohorts = group.flatMap(({ tally }) => tally.open);
  return {
    group,
    isOwn: cohorts.every(
      ({ key, devices }) => devices.size === 1 && devices.has(keys.tagDevice(key, deviceId)),
    ),
    devices: cohorts.reduce((most, { devices }) => Math.max(most, devices.size), 0),
    openedAtMs: cohorts.reduce((first, cohort) => Math.min(first, cohort.openedAtMs), Infinity),
    id: group.reduce((first, { id }) => (id < first ? id : first), group[0]?.id ?? ''),
  };
}
function compare(a, b) {
  if (a.isOwn !== b.isOwn) return a.isOwn ? -1 : 1;
  return a.devices - b.devices || a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1);
}
// packages/federation/dist/cohort.js
/**
 * Lighter shares are not learned. So a cohort holds at most k x maxSamplesPerDevice tags: at that
 * number its weight is k/2 x maxSamplesPerDevice at least, and no device exceeds 2/k of it.
 */
var MIN_SHARE_WEIGHT = 0.5;
var NOTHING = {
  weight: 0,
  samples: 0,
};
function openCohort(keys, openedAtMs) {
  return {
    key: keys.drawKey(),
    openedAtMs,
    devices: /* @__PURE__ */ new Map(),
    vector: /* @__PURE__ */ new Float64Array(0),
    weight: 0,
    samples: 0,
  };
}
/** The weight that a share would have in a fresh cohort; 0 where it is too light to be learned. */
function shareWeight({ successRate, samples }, rules) {
  const weight = Math.min(successRate, 1) * Math.min(samples, rules.maxSamplesPerDevice);
  return weight >= MIN_SHARE_WEIGHT ? weight : 0;
}
/**
 * Adds a share, cut to the samples that its device has left (a weight is never above its samples,
 * so that this caps both); the same object where that is too light to be learned.
 */
function joinCohort(cohort, share, keys, rules) {
  const tag = keys.tagDevice(cohort.key, share.deviceId);
  const held = cohort.devices.get(tag) ?? NOTHING;
  const samples = Math.min(share.samples, rules.maxSamplesPerDevice - held.samples);
  const weight = shareWeight(
    {
      ...share,
      samples,
    },
    rules,
  );
  if (weight === 0) return cohort;
  const holding = {
    weight: held.weight + weight,
    samples: held.samples + samples,
  };
  return {
    ...cohort,
    devices: new Map(cohort.devices).set(tag, holding),
    vector: share.vector.map((value, i) => (cohort.vector[i] ?? 0) + value * weight),
    weight: cohort.weight + weight,
    samples: cohort.samples + samples,
  };
}
/** True when k distinct devices stand behind it and none holds more than 2/k of its weight. */
function isComplete(cohort, { minDevices }) {
  if (cohort.devices.size < minDevices) return false;
  let heaviest = 0;
  for (const { weight } of cohort.devices.values()) heaviest = Math.max(heaviest, weight);
  return heaviest * minDevices <= 2 * cohort.weight;
}
/** True when it waited longer than a half-life: it is forgotten, and its tags with it. */
function isExpired(cohort, nowMs, { halfLifeMs }) {
  return nowMs - cohort.openedAtMs > halfLifeMs;
}
// packages/federation/dist/decay.js
/** Steps of a half-life: decay goes in whole steps, so that no transcendental is needed. */
var STEPS_PER_HALF_LIFE = 512;
/** 2^(-1/512) as nine square roots: IEEE 754 rounds sqrt alike on every engine. */
var STEP_FACTOR = repeatedRoot(0.5, 9);
/** Below the smallest double, 2^-1074, nothing is left. */
var MAX_HALVINGS = 1100;
/** 9999-12-31T23:59:59.999Z, the last instant that RFC 3339 can name. */
var MAX_TIME_MS = 0xe677d21fdbff;
/** An instant that can be computed with and printed; what is no number counts as 0. Unix ms. */
function toTimeMs(ms) {
  return ms > 0 ? Math.min(ms, MAX_TIME_MS) : 0;
}
/** The whole steps from the epoch to `timeMs`, one grid for all records of one half-life. */
function toDecayStep(timeMs, halfLifeMs) {
  return Math.floor((toTimeMs(timeMs) / halfLifeMs) * STEPS_PER_HALF_LIFE);
}
/**
 * What remains after a number of steps: 2^(-steps/512), in (0, 1]; 0 after 1,100 half-lives.
 * A clock that went back (negative steps) decays nothing and lets nothing grow.
 */
function decayFactor(steps) {
  if (steps <= 0) return 1;
  const halvings = Math.floor(steps / STEPS_PER_HALF_LIFE);
  if (halvings > MAX_HALVINGS) return 0;
  return power(0.5, halvings) * power(STEP_FACTOR, steps % STEPS_PER_HALF_LIFE);
}
/** Exponentiation by squaring. */
function power(base, exponent) {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
function repeatedRoot(value, times) {
  return times === 0 ? value : repeatedRoot(Math.sqrt(value), times - 1);
}
// packages/federation/dist/tally.js
/** Whole hours: the instant of closing is that of one TV's push. */
var CLOSING_GRID_MS = 36e5;
/** What is left of a closed sum below this (in samples) is noise: the record may go. */
var FADED_WEIGHT = 0.01;
function emptyTally() {
  return {
    closed: {
      vector: /* @__PURE__ */ new Float64Array(0),
      weight: 0,
      samples: 0,
      step: 0,
      lastClosedMs: 0,
      lastClosedClockMs: 0,
    },
    open: [],
  };
}
/** Adds a device's share; the cohort it completes is closed, its key and tags dropped. */
function addShare(tally, share, keys, rules) {
  const [cohort = openCohort(keys, share.atMs), ...others] = tally.open.filter(
    (cohort) => !isExpired(cohort, share.atMs, rules),
  );
  const joined = joinCohort(cohort, share, keys, rules);
  if (joined === cohort) return tally;
  if (!isComplete(joined, rules))
    return {
      closed: tally.closed,
      open: [joined, ...others],
    };
  return {
    closed: addClosed(tally.closed, close(joined, share, rules)),
    open: others,
  };
}
function close({ vector, weight, samples }, last, rules) {
  return {
    vector,
    weight,
    samples,
    step: toDecayStep(last.atMs, rules.halfLifeMs),
    lastClosedMs: toClosingGrid(last.atMs),
    lastClosedClockMs: toClosingGrid(last.clockMs),
  };
}
function toClosingGrid(ms) {
  return Math.floor(ms / CLOSING_GRID_MS) * CLOSING_GRID_MS;
}
/** Both sums as of the later step. */
function addClosed(a, b) {
  const step = Math.max(a.step, b.step);
  const scaleA = decayFactor(step - a.step);
  const scaleB = decayFactor(step - b.step);
  return {
    vector: blend(a.vector, scaleA, b.vector, scaleB),
    weight: a.weight * scaleA + b.weight * scaleB,
    samples: a.samples * scaleA + b.samples * scaleB,
    step,
    lastClosedMs: Math.max(a.lastClosedMs, b.lastClosedMs),
    lastClosedClockMs: a.lastClosedMs > b.lastClosedMs ? a.lastClosedClockMs : b.lastClosedClockMs,
  };
}
/** What the closed weight is worth at a step. */
function weightAt({ closed }, step) {
  return closed.weight * decayFactor(step - closed.step);
}
/** Without its expired cohorts (the same object if none); undefined when nothing is left. */
function pruneTally(tally, nowMs, rules) {
  const open = tally.open.filter((cohort) => !isExpired(cohort, nowMs, rules));
  const left = weightAt(tally, toDecayStep(nowMs, rules.halfLifeMs));
  if (open.length === 0 && left < FADED_WEIGHT) return void 0;
  return open.length === tally.open.length
    ? tally
    : {
        closed: tally.closed,
        open,
      };
}
// packages/federation/dist/cluster.js
var MAX_SLUG_LENGTH = 32;
/**
 * While as many clusters wait for devices as may, a contribution joins its genre's nearest from
 * this cosine on: 95 % of the patterns of a genre's tastes lie above it, unrelated vectors far below.
 */
var CROWDED_JOIN_COSINE = 0.5;
function clusterRules(config) {
  return {
    ...config,
    halfLifeMs: config.patternHalfLifeMs,
  };
}
/**
 * The cluster that a unit vector belongs to: the nearest of its genre when near enough, else a new
 * one (findEvicted makes room), else, where the genre may have no more, the nearest. Undefined for
 * one genre too many.
 *
 * Only clusters that have closed count against the limits, and where they reach them no other may
 * close: k devices fill a genre, not one.
 */
function findCluster(clusters, genre, vector, config) {
  const genres = groupByGenre(clusters.values());
  const siblings = genres.get(genre) ?? [];
  const closed = siblings.filter(isClosed);
  if (closed.length === 0 && countClosed(genres) >= config.maxGenres) return void 0;
  const isFull = closed.length >= config.clustersPerGenre;
  const [nearest, similarity] = findNearest(isFull ? closed : siblings, vector);
  const least =
    siblings.length - closed.length >= config.clustersPerGenre
      ? Math.min(CROWDED_JOIN_COSINE, config.joinCosine)
      : config.joinCosine;
  if (nearest !== void 0 && (isFull || similarity >= least)) return nearest;
  return {
    id: freeId(clusters, genre),
    genre,
    tally: emptyTally(),
  };
}
function findNearest(clusters, vector) {
  let nearest;
  let highest = -Infinity;
  for (const cluster of clusters) {
    const similarity = cosine(centreOf(cluster), vector);
    const isTied = similarity === highest && nearest !== void 0 && cluster.id < nearest.id;
    if (similarity > highest || isTied) [nearest, highest] = [cluster, similarity];
  }
  return [nearest, highest];
}
/** Where a cluster lies: by what it may publish, or while that is nothing by what waits. */
function centreOf(cluster) {
  const { closed, open } = cluster.tally;
  const [waiting] = open;
  return isClosed(cluster) || waiting === void 0 ? closed.vector : waiting.vector;
}
function countClosed(genres) {
  return [...genres.values()].filter((group) => group.some(isClosed)).length;
}
/** Readable, and free: `global:drama-2` where `global:drama-1` is taken. */
function freeId(clusters, genre) {
  const slug =
    genre
      .toLowerCase()
      .slice(0, MAX_SLUG_LENGTH)
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '')
      .join('-') || 'other';
  let number = 1;
  while (clusters.has(`${PUBLISHED_ID_PREFIX}${slug}-${number}`)) number += 1;
  return `${PUBLISHED_ID_PREFIX}${slug}-${number}`;
}
// packages/federation/dist/fold-time.js
/** While it lies behind the clock, fold time runs at most this many times as fast. */
var CATCH_UP_RATE = 4;
/**
 * Fold time at the clock's next reading. The first one is trusted. Then fold time advances by what
 * passed on the clock, and by at most `maxClockStepMs` at once: a clock that jumps ahead ages what
 * was learned by one such step, however many readings follow. After a true pause fold time catches
 * up at CATCH_UP_RATE: bounded by the clock, not by the number of readings.
 *
 * It never goes back. A clock that went back by `maxClockStepMs` or less is waited for; one that
 * went back further was wrong before, and is followed from where it now stands.
 */
function advanceTime({ latestMs, clockMs }, nowMs, { maxClockStepMs }) {
  const timeMs = toTimeMs(nowMs);
  if (!(latestMs > 0))
    return {
      latestMs: timeMs,
      clockMs: timeMs,
    };
  const passedMs = Math.min(timeMs - clockMs, maxClockStepMs);
  if (passedMs < 0)
    return {
      latestMs,
      clockMs: clockMs - timeMs > maxClockStepMs ? timeMs : clockMs,
    };
  const fastestMs = Math.min(passedMs * CATCH_UP_RATE, maxClockStepMs);
  return {
    latestMs: toTimeMs(latestMs + Math.max(passedMs, Math.min(timeMs - latestMs, fastestMs))),
    clockMs: timeMs,
  };
}
// packages/federation/dist/trend.js
/** ISO 3166-1 reserves it for the user: no region known. */
var UNKNOWN_REGION = 'ZZ';
function trendRules(config) {
  return {
    ...config,
    halfLifeMs: config.trendHalfLifeMs,
  };
}
/** The record of a region and genre, or a new one. */
function findTrend(trends, region, genre) {
  const known = region !== void 0 && /^[A-Z]{2}$/.test(region) ? region : UNKNOWN_REGION;
  const id = `${known}:${genre}`;
  return (
    trends.get(id) ?? {
      id,
      region: known,
      genre,
      tally: emptyTally(),
    }
  );
}
// packages/federation/dist/contribute.js
/**
 * Folds contributions into the state, in their order. Copy on write: the state given is left as it
 * is, and records that did not change are shared with it. Nothing published changes here.
 *
 * Counted but not learned: a vector without direction or of another length, a weight below half a
 * sample, one genre too many, and what exceeds a device's cap.
 * @example
 * ```ts
 * import { contribute, createFederationConfig, emptyFederation } from '@omega-tv/federation';
 *
 * const config = createFederationConfig({ minDevices: 2 });
 * let keysDrawn = 0;
 * const keys = {
 *   drawKey: () => String(keysDrawn++), // yours: a secret
 *   tagDevice: (key, deviceId) => `${key}/${deviceId}`, // yours: HMAC-SHA256
 * };
 * const contributions = ['kitchen', 'attic'].map((deviceId) => ({
 *   deviceId,
 *   genre: 'drama',
 *   embedding: new Float32Array(384).fill(0.05),
 *   successRate: 0.9,
 *   newSamples: 12,
 *   receivedAtMs: Date.UTC(2026, 10, 22),
 * }));
 * const { state, touched } = contribute(emptyFederation(), contributions, keys, config);
 * console.log(state.counters.samples, touched.clusters); // => 24 [ 'global:drama-1' ]
 * ```
 */
function contribute(state, contributions, keys, config) {
  const draft = {
    clusters: new Map(state.clusters),
    trends: new Map(state.trends),
    touched: {
      clusters: /* @__PURE__ */ new Set(),
      trends: /* @__PURE__ */ new Set(),
    },
  };
  let { counters } = state;
  for (const contribution of contributions) {
    const { newSamples, receivedAtMs } = contribution;
    if (!(newSamples > 0)) continue;
    const time = advanceTime(counters, receivedAtMs, config);
    const isLearned = learn(draft, contribution, time.latestMs, keys, config);
    counters = {
      ...time,
      samples: addCapped(counters.samples, newSamples),
      samplesLearned: addCapped(counters.samplesLearned, isLearned ? newSamples : 0),
    };
  }
  const { clusters, trends, touched } = draft;
  return {
    state: {
      ...state,
      clusters,
      trends,
      counters,
    },
    touched: {
      clusters: [...touched.clusters],
      trends: [...touched.trends],
    },
  };
}
/** False where the contribution adds nothing to a cluster. */
function learn(draft, contribution, atMs, keys, config) {
  const { clusters, trends, touched } = draft;
  const share = toShare(contribution, atMs, config);
  if (share === void 0) return false;
  const cluster = findCluster(clusters, contribution.genre, share.vector, config);
  if (cluster === void 0) return false;
  if (!clusters.has(cluster.id))
    evict(draft, findEvicted(clusters.values(), contribution, keys, config), contribution.genre);
  const trend = findTrend(trends, contribution.region, contribution.genre);
  const tally = addShare(cluster.tally, share, keys, clusterRules(config));
  const pulse = {
    ...share,
    vector: /* @__PURE__ */ new Float64Array(0),
  };
  keep(trends, touched.trends, trend, addShare(trend.tally, pulse, keys, trendRules(config)));
  return keep(clusters, touched.clusters, cluster, tally);
}
/** Removes clusters; a genre that goes with them takes its trends along, which bounds those too. */
function evict({ clusters, trends, touched }, evicted, genre) {
  for (const cluster of evicted) {
    clusters.delete(cluster.id);
    touched.clusters.add(cluster.id);
    if (cluster.genre === genre) continue;
    for (const trend of trends.values()) {
      if (trend.genre !== cluster.genre) continue;
      trends.delete(trend.id);
      touched.trends.add(trend.id);
    }
  }
}
/** Undefined where there is nothing to learn. */
function toShare(contribution, atMs, config) {
  const { deviceId, embedding, successRate, newSamples, receivedAtMs } = contribution;
  if (embedding.length !== config.dimension) return void 0;
  const vector = toUnit(embedding);
  if (vector === void 0) return void 0;
  const share = {
    deviceId,
    vector,
    successRate,
    samples: newSamples,
    atMs,
    clockMs: toTimeMs(receivedAtMs),
  };
  return shareWeight(share, config) > 0 ? share : void 0;
}
/** Stores the record with its new tally; false where the tally did not change. */
function keep(items, touched, item, tally) {
  if (tally === item.tally) return false;
  items.set(item.id, {
    ...item,
    tally,
  });
  touched.add(item.id);
  return true;
}
function addCapped(a, b) {
  return Math.min(a + b, MAX_INTEGER);
}
// packages/federation/dist/merge.js
/**
 * Merges clusters of one genre that have come close. Only closed sums decide, so a merge changes
 * what is published only after a cohort has closed: it tells nothing of a single device.
 */
function mergeClose(clusters, config) {
  const merged = new Map(clusters);
  const genres = new Set([...clusters.values()].map(({ genre }) => genre));
  for (const genre of genres) mergeGenre(merged, genre, config);
  return merged;
}
function mergeGenre(clusters, genre, config) {
  const pair = findClosest(
    [...clusters.values()]
      .filter((cluster) => cluster.genre === genre && cluster.tally.closed.weight > 0)
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    config.mergeCosine,
  );
  if (pair === void 0) return;
  const [survivor, absorbed] = pair;
  clusters.delete(absorbed.id);
  clusters.set(survivor.id, merge$2(survivor, absorbed, config));
  mergeGenre(clusters, genre, config);
}
/** The two closest clusters at or above the threshold, the heavier first (by id on a tie). */
function findClosest(siblings, threshold) {
  let closest;
  let highest = threshold;
  siblings.forEach((a, i) => {
    for (const b of siblings.slice(i + 1)) {
      const similarity = cosine(a.tally.closed.vector, b.tally.closed.vector);
      if (similarity < highest || (similarity === highest && closest !== void 0)) continue;
      const step = Math.max(a.tally.closed.step, b.tally.closed.step);
      closest = weightAt(a.tally, step) >= weightAt(b.tally, step) ? [a, b] : [b, a];
      highest = similarity;
    }
  });
  return closest;
}
/**
 * Closed sums add. Open cohorts have different keys, so they stay apart and are filled one after
 * the other; beyond `clustersPerGenre` of them the last are given up, which bounds the tags held.
 */
function merge$2(survivor, absorbed, config) {
  const open = [...survivor.tally.open, ...absorbed.tally.open];
  return {
    ...survivor,
    tally: {
      closed: addClosed(survivor.tally.closed, absorbed.tally.closed),
      open: open.slice(0, config.clustersPerGenre),
    },
  };
}
// packages/federation/dist/published-patterns.js
/** A success rate that moved less than this, or a count by less than this factor, stays as it was. */
var STEADY_RATE = 0.02;
/** Rates are published in whole percents: finer ones tell and cost more than they teach. */
var RATE_STEPS = 100;
var STEADY_COUNT_FACTOR = 1.5;
/**
 * The patterns that the closed sums publish, strongest first. One that hardly moved is the very
 * object of the publication before, so that its record, floats included, stays the same.
 */
function toPatterns(clusters, previous, config) {
  const before = new Map(previous.map((pattern) => [pattern.id, pattern]));
  return sortByWeight([...clusters.values()])
    .map((cluster) => toPattern(cluster))
    .filter((pattern) => pattern !== void 0)
    .map((pattern) => keepSteady(pattern, before.get(pattern.id), config));
}
/** Undefined while nothing is closed, or the closed sums point nowhere. */
function toPattern({ id, genre, tally }) {
  const { vector, weight, samples } = tally.closed;
  const unit = toUnit(vector, weight);
  if (unit === void 0) return void 0;
  return {
    id,
    embedding: Float32Array.from(unit),
    successRate: Math.min(Math.round((weight / samples) * RATE_STEPS) / RATE_STEPS, 1),
    sampleCount: Math.min(Math.max(Math.round(samples), 1), MAX_INTEGER),
    genre,
  };
}
function keepSteady(pattern, before, { steadyCosine }) {
  if (before === void 0) return pattern;
  return before.genre === pattern.genre &&
    (cosine(before.embedding, pattern.embedding) > steadyCosine ||
      before.embedding.every((value, i) => value === pattern.embedding[i])) &&
    Math.abs(before.successRate - pattern.successRate) < STEADY_RATE &&
    before.sampleCount < pattern.sampleCount * STEADY_COUNT_FACTOR &&
    pattern.sampleCount < before.sampleCount * STEADY_COUNT_FACTOR
    ? before
    : pattern;
}
/** By weight at one common step, so that time alone changes no order; ids break ties. */
function sortByWeight(clusters) {
  const step = clusters.reduce((latest, { tally }) => Math.max(latest, tally.closed.step), 0);
  return clusters
    .map((cluster) => ({
      cluster,
      weight: weightAt(cluster.tally, step),
    }))
    .sort((a, b) => b.weight - a.weight || (a.cluster.id < b.cluster.id ? -1 : 1))
    .map(({ cluster }) => cluster);
}
// packages/federation/dist/published-trends.js
/** Scores are published in thousandths. */
var SCORE_STEPS = 1e3;
/**
 * The trends that the closed sums publish, strongest first: those that closed a cohort in the last
 * 24 hours, in genres that have a published pattern. A score is relative to the strongest trend.
 * @param patterns as published, strongest first.
 * @param foldMs fold time: a clock that jumps makes nothing stale that it has not lived through.
 */
function toTrends(trends, patterns, foldMs) {
  const strongest = new Map([...patterns].reverse().map(({ genre, id }) => [genre, id]));
  const rising = [...trends.values()].filter(
    ({ genre, tally }) =>
      tally.closed.weight > 0 && strongest.has(genre) && foldMs - tally.closed.lastClosedMs < 864e5,
  );
  const step = rising.reduce((latest, { tally }) => Math.max(latest, tally.closed.step), 0);
  const highest = rising.reduce((most, { tally }) => Math.max(most, weightAt(tally, step)), 0);
  return rising
    .map(({ id, region, genre, tally }) => ({
      id,
      contentId: strongest.get(genre) ?? '',
      score: Math.round((weightAt(tally, step) / highest) * SCORE_STEPS) / SCORE_STEPS,
      region,
      genre,
      calculatedAt: new Date(tally.closed.lastClosedClockMs).toISOString(),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .map(({ id: _, ...signal }) => signal);
}
// packages/federation/dist/publish.js
/**
 * Publishes what the closed cohorts say. On the way it forgets what has expired or faded and
 * merges clusters that have come close; so the state may change where no version is made.
 * @param nowMs Unix ms, by the clock that gave the contributions their receive times.
 * @example
 * ```ts
 * import { contribute, createFederationConfig, emptyFederation, publish } from '@omega-tv/federation';
 *
 * const config = createFederationConfig({ minDevices: 2 });
 * let keysDrawn = 0;
 * const keys = {
 *   drawKey: () => String(keysDrawn++), // yours: a secret
 *   tagDevice: (key, deviceId) => `${key}/${deviceId}`, // yours: HMAC-SHA256
 * };
 * const contributions = ['kitchen', 'attic'].map((deviceId) => ({
 *   deviceId,
 *   genre: 'drama',
 *   embedding: new Float32Array(384).fill(0.05),
 *   successRate: 0.9,
 *   newSamples: 12,
 *   receivedAtMs: Date.UTC(2026, 10, 22),
 * }));
 * const { state } = contribute(emptyFederation(), contributions, keys, config);
 * const { globals } = publish(state, Date.UTC(2026, 10, 22), config);
 * console.log(globals?.version, globals?.patterns[0].id); // => 1 global:drama-1
 * ```
 */
function publish(state, nowMs, config) {
  const time = advanceTime(state.counters, nowMs, config);
  const { latestMs } = time;
  const clusters = mergeClose(prune(state.clusters, latestMs, clusterRules(config)), config);
  const trends = prune(state.trends, latestMs, trendRules(config));
  const touched = {
    clusters: findChanges(state.clusters, clusters),
    trends: findChanges(state.trends, trends),
  };
  const next = {
    ...state,
    clusters,
    trends,
    counters: {
      ...state.counters,
      ...time,
    },
  };
  const patterns = toPatterns(clusters, state.published.patterns, config);
  const signals = toTrends(trends, patterns, latestMs);
  if (samePatterns(state.published.patterns, patterns) && sameTrends(state.published, signals))
    return {
      state: next,
      touched,
      globals: null,
    };
  const globals = {
    patterns,
    trends: signals,
    version: state.published.version + 1,
    timestamp: new Date(toTimeMs(nowMs)).toISOString(),
  };
  return {
    state: {
      ...next,
      published: globals,
    },
    touched,
    globals,
  };
}
function prune(items, timeMs, rules) {
  const kept = /* @__PURE__ */ new Map();
  for (const [id, item] of items) {
    const tally = pruneTally(item.tally, timeMs, rules);
    if (tally !== void 0)
      kept.set(
        id,
        tally === item.tally
          ? item
          : {
              ...item,
              tally,
            },
      );
  }
  return kept;
}
/** Ids whose record is another one, or gone. A publication adds none. */
function findChanges(before, after) {
  return [...before].filter(([id, item]) => after.get(id) !== item).map(([id]) => id);
}
/** Unchanged patterns are the same objects; their order alone makes no version. */
function samePatterns(before, after) {
  const known = new Set(before);
  return before.length === after.length && after.every((pattern) => known.has(pattern));
}
function sameTrends({ trends: before }, after) {
  return before.length === after.length && after.every((trend, i) => sameTrend(before[i], trend));
}
function sameTrend(a, b) {
  return (
    a?.contentId === b.contentId &&
    a.score === b.score &&
    a.region === b.region &&
    a.genre === b.genre &&
    a.calculatedAt === b.calculatedAt
  );
}
// packages/constellation/dist/commit-queue.js
/**
 * Group commit: changes that arrive while one is being written go to the disk together, so that
 * many requests share one wait for it.
 */
var CommitQueue = class {
  #store;
  #waiting;
  #writing;
  #next;
  #current = Promise.resolve();
  constructor(store) {
    this.#store = store;
  }
  /** Resolves when the change and all before it are durable; rejects when they are not. */
  add(change) {
    this.#waiting = this.#waiting === void 0 ? change : merge$1(this.#waiting, change);
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }
  /** The record of a device that is on its way to the disk. */
  recordOf(deviceKey) {
    return this.#waiting?.devices.get(deviceKey) ?? this.#writing?.devices.get(deviceKey);
  }
  /** Resolves when nothing is on its way, whether it arrived or not. */
  async settled() {
    await (this.#next ?? this.#current).catch(() => void 0);
  }
  /** Forgets a failure, and what waited behind it: all of it was rejected. */
  reset() {
    this.#waiting = void 0;
    this.#next = void 0;
    this.#current = Promise.resolve();
  }
  async #write() {
    const change = this.#waiting;
    if (change === void 0) return;
    this.#current = this.#next ?? this.#current;
    this.#next = void 0;
    this.#waiting = void 0;
    this.#writing = change;
    try {
      await this.#store.commit(change);
    } finally {
      this.#writing = void 0;
    }
  }
};
function merge$1(first, second) {
  return {
    ...first,
    ...second,
    devices: new Map([...first.devices, ...second.devices]),
    clusters: new Map([...first.clusters, ...second.clusters]),
    trends: new Map([...first.trends, ...second.trends]),
  };
}
// packages/constellation/dist/constellation-options.js
/** @throws SyncError `invalid-config` for what cannot work. */
function checkOptions(options) {
  checkPorts(options);
  checkMethods('store', options.store, ['load', 'loadDevice', 'commit', 'close']);
  checkMethods('format', options.format, ['decodeDelta', 'encodeGlobalPatterns']);
  checkRegion(options.region);
}
function checkRegion(region) {
  if (region === void 0 || /^[A-Z]{2}$/.test(region)) return;
  throw new SyncError(
    'invalid-config',
    `region is ${region}, but must be two capital letters (ISO 3166-1 alpha-2)`,
    { field: 'region' },
  );
}
// packages/constellation/dist/secrets.js
var KEY_BYTES = 32;
var TAG_BYTES = 16;
/** Keys from the machine's random source; tags are HMAC-SHA256, cut to 128 bits (RFC 2104). */
function createCohortKeys() {
  return {
    drawKey: () => randomBytes(KEY_BYTES).toString('base64url'),
    tagDevice: (key, deviceId) => {
      return createHmac('sha256', Buffer.from(key, 'base64url'))
        .update(deviceId)
        .digest()
        .subarray(0, TAG_BYTES)
        .toString('base64url');
    },
  };
}
/** The key of a device's marks: of fixed length, whatever the device calls itself. */
function toDeviceKey(deviceId) {
  return createHash('sha256').update(deviceId).digest('base64url');
}
/** The epoch of a store as receipts name it: 64 bits, as hexadecimal digits. */
function toServerEpoch(epoch) {
  return createHash('sha256').update(epoch).digest('hex').slice(0, 16);
}
// packages/constellation/dist/snapshots/snapshot-window.js
var DEFAULT_BUDGET_BYTES = 5120;
var DEFAULT_MAX_VERSIONS = 64;
var DEFAULT_MAX_AGE_MS = 864e5;
/** About cosine .97 on published patterns: coarser ones are left out instead. */
var COARSEST_STEP = 0.025;
/** The published versions that deltas may be coded against and diffs start from. */
var SnapshotWindow = class {
  codecs;
  #options;
  #versions = /* @__PURE__ */ new Map();
  #newest;
  /** Frames of the newest version, by the version that they start from; 0 for the whole. */
  #frames = /* @__PURE__ */ new Map();
  constructor(options) {
    this.codecs = new Codecs(options.codecs);
    this.#options = {
      budgetBytes: DEFAULT_BUDGET_BYTES,
      maxVersions: DEFAULT_MAX_VERSIONS,
      maxAgeMs: DEFAULT_MAX_AGE_MS,
      ...options,
    };
  }
  get newest() {
    return this.#newest;
  }
  /** Goes on with stored frames, oldest first; what cannot be read any more is left out. */
  restore(frames) {
    const versions = /* @__PURE__ */ new Map();
    for (const frame of frames) {
      const snapshot = this.#read(frame);
      if (snapshot !== void 0) versions.set(snapshot.version, snapshot);
    }
    this.#versions = versions;
    this.#setNewest([...versions.values()].at(-1));
  }
  /** Makes the content of a new version; nothing changes before `adopt`. */
  prepare(globals, nowMs) {
    const { codecs, budgetBytes, maxVersions, maxAgeMs } = this.#options;
    const added = publishSnapshot(codecs[0], globals, {
      stream: GLOBAL_STREAM,
      budgetBytes,
      step: SNAPSHOT_STEP,
      coarsestStep: COARSEST_STEP,
      ...(this.#newest === void 0 ? {} : { previous: this.#newest }),
    });
    const kept = [...this.#versions.values()];
    const tooMany = kept.length + 1 - maxVersions;
    const expired = kept
      .filter((one, i) => i < tooMany || nowMs - Date.parse(one.timestamp) > maxAgeMs)
      .map(({ version }) => version);
    return {
      added,
      frame: encodeSnapshotFrame(added),
      expired,
    };
  }
  /** The change is durable. */
  adopt({ added, frame, expired }) {
    const versions = new Map(this.#versions);
    for (const version of expired) versions.delete(version);
    versions.set(added.version, added);
    this.#versions = versions;
    this.#setNewest(added);
    this.#frames.set(0, frame);
  }
  /** The snapshot of a version, where the content is the same. */
  find(reference) {
    const known = this.#versions.get(reference.version);
    return isSameSnapshot(known, reference) ? known : void 0;
  }
  findVersion(stream, version) {
    return stream === 'global' ? this.#versions.get(version) : void 0;
  }
  /** A frame that makes the newest version from `base`; undefined where that is the newest. */
  frameOfNewest(base) {
    const newest = this.#newest;
    if (newest === void 0 || newest === base) return void 0;
    const key = base?.version ?? 0;
    const frame = this.#frames.get(key) ?? frameBetween(newest, base);
    this.#frames.set(key, frame);
    return frame;
  }
  /** Undefined for a frame of a codebook that the server no longer has. */
  #read(frame) {
    try {
      return decodeSnapshotFrame(this.codecs, frame);
    } catch (error) {
      if (isSyncError(error, 'protocol')) return void 0;
      throw error;
    }
  }
  #setNewest(newest) {
    this.#newest = newest;
    this.#frames = /* @__PURE__ */ new Map();
  }
};
/** The diff where one can be made and is smaller, else the whole. */
function frameBetween(snapshot, base) {
  const full = encodeSnapshotFrame(snapshot);
  if (base === void 0 || base === snapshot || !canDiff(base, snapshot)) return full;
  const diff = encodeDiffFrame(base, snapshot);
  return diff.length < full.length ? diff : full;
}
// packages/constellation/dist/constellation.js
/** How long a TV waits before it tries again after the server's disk failed. */
var STORE_RETRY_MS = 5e3;
var DEFAULT_SYNC_WINDOW = {
  minMs: 0,
  maxMs: 9e5,
};
/**
 * The server without its transport: applies deltas, publishes global patterns.
 * @example
 * ```ts
 * import { Constellation, createMemoryConstellationStore } from '@omega-tv/constellation';
 * import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const constellation = await Constellation.open({
 *   store: createMemoryConstellationStore(),
 *   format: createNodeV1Format(),
 *   snapshots: { codecs: [createMiniLmCodec()] },
 * });
 * console.log(constellation.report().devices); // => 0
 * await constellation.close();
 * ```
 */
var Constellation = class Constellation {
  format;
  /** The published versions, where the server speaks v2. */
  window;
  syncWindow;
  #store;
  #queue;
  #clock;
  #config;
  #keys;
  #region;
  #logger;
  #epoch = '';
  #counters = noCounts;
  #federation = emptyFederation();
  /** The answer to every push since the last publication. */
  #answer = /* @__PURE__ */ new Uint8Array();
  #answeredVersion = 0;
  /** Deltas are decided one after another; their writes are waited for together. */
  #turn = Promise.resolve();
  /** True when memory may be ahead of the disk. */
  #mustReload = false;
  constructor(options) {
    this.format = options.format;
    this.window = options.snapshots && new SnapshotWindow(options.snapshots);
    this.syncWindow = options.syncWindow ?? DEFAULT_SYNC_WINDOW;
    this.#store = options.store;
    this.#queue = new CommitQueue(options.store);
    this.#clock = options.clock ?? systemClock;
    this.#config = createFederationConfig(options.federation);
    this.#keys = options.keys ?? createCohortKeys();
    this.#region = options.region;
    this.#logger = options.logger ?? silentLogger;
  }
  /**
   * Goes on where the store left off.
   * @throws SyncError `invalid-config` for settings that cannot work or a store that cannot be read.
   */
  static async open(options) {
    checkOptions(options);
    const constellation = new Constellation(options);
    await constellation.#load();
    return constellation;
  }
  /** The version that pushes are answered with. */
  get version() {
    return this.#answeredVersion;
  }
  report() {
    return {
      ...this.#counters,
      version: this.#answeredVersion,
      epoch: this.#epoch,
    };
  }
  /**
   * Decides one pushed v1 body and returns the answer's body. When it resolves, the delta is
   * durable.
   * @throws SyncError why the delta was refused: nothing of it was applied; or `http` with
   * `retryable` when the store failed: sending it again is safe.
   */
  sync(body) {
    return this.#countingRefusals(async () => {
      const delta = await this.format.decodeDelta(body);
      const { durable } = await this.#inTurn(() => this.#decide(delta));
      await durable;
      return this.#answer;
    });
  }
  /**
   * Decides one pushed delta frame and returns the answer's frame: a receipt, and what the TV lacks
   * of the newest version. When it resolves, the delta is durable.
   * @throws SyncError as `sync`; `version-conflict` where the base of the delta is not known here.
   */
  syncFrame(body, options = {}) {
    const { window } = this;
    if (window === void 0) throw new TypeError('This Constellation was opened without codecs.');
    return this.#countingRefusals(async () => {
      const { delta, header } = decodeDeltaFrame(window.codecs, body, {
        findBase: (reference) => window.find(reference),
        newestVersion: this.#answeredVersion,
        unbiased: true,
        maxPatterns: 128,
      });
      const { durable, receipt } = await this.#inTurn(() => this.#decide(delta));
      await durable;
      const base = header.base && window.find(header.base);
      const snapshot = options.minimal === true ? void 0 : window.frameOfNewest(base);
      const current = window.newest ?? NOTHING_PUBLISHED;
      const answer = {
        receipt,
        window: this.syncWindow,
        current,
      };
      return encodeAnswerFrame(
        snapshot === void 0
          ? answer
          : {
              ...answer,
              snapshot,
            },
      );
    });
  }
  async #countingRefusals(work) {
    try {
      return await work();
    } catch (error) {
      if (isSyncError(error) && !['http', 'version-conflict'].includes(error.code))
        this.countRefused();
      throw error;
    }
  }
  /** Counts a delta that was refused; a mount calls it for bodies that it refused itself. */
  countRefused() {
    this.#inTurn(() => {
      this.#counters = {
        ...this.#counters,
        refused: this.#counters.refused + 1,
      };
      return Promise.resolve({ durable: this.#commit(this.#change({})) });
    })
      .then(({ durable }) => durable)
      .catch(() => void 0);
  }
  /**
   * Publishes what enough devices contributed to; returns the new version's global patterns, or
   * undefined when nothing changed.
   */
  async publish() {
    const publication = await this.#inTurn(() => this.#decidePublication());
    if (publication === void 0) return void 0;
    await publication.durable;
    const { answer, globals, change } = publication;
    if (change !== void 0) this.window?.adopt(change);
    this.#answer = answer;
    this.#answeredVersion = globals.version;
    const { version, patterns, trends } = globals;
    const fields = {
      version,
      patterns: patterns.length,
      trends: trends.length,
    };
    const sizes = {
      answerBytes: answer.length,
      snapshotBytes: change?.frame.length,
    };
    this.#logger.info(
      {
        ...fields,
        ...sizes,
      },
      'published',
    );
    return globals;
  }
  /** Decides what came before, waits for its write, then closes the store. */
  close() {
    const closed = this.#turn.then(async () => {
      await this.#queue.settled();
      await this.#store.close();
    });
    this.#turn = closed.catch(() => void 0);
    return closed;
  }
  async #load() {
    const stored = await this.#store.load();
    this.#epoch = stored?.epoch ?? this.#keys.drawKey();
    this.#counters = stored?.counters ?? noCounts;
    this.#federation = stored?.federation ?? emptyFederation();
    if (stored === void 0) await this.#store.commit(this.#change({}));
    await this.#loadSnapshots(stored?.frames ?? []);
    const { published } = this.#federation;
    this.#answer = await this.#encodeAnswer(published, this.window?.newest);
    this.#answeredVersion = published.version;
  }
  /**
   * A store that a server without these codecs has written lacks the newest version's frame. It is
   * published anew, as the next version: a version has one content.
   */
  async #loadSnapshots(frames) {
    const { window } = this;
    if (window === void 0) return;
    window.restore(frames);
    const { published } = this.#federation;
    if (published.version === 0 || window.newest?.version === published.version) return;
    const globals = {
      ...published,
      version: published.version + 1,
    };
    const change = window.prepare(globals, this.#clock.nowMs());
    await this.#store.commit({
      ...this.#change({}),
      published: globals,
      snapshots: change,
    });
    window.adopt(change);
    this.#federation = {
      ...this.#federation,
      published: globals,
    };
  }
  /** The v1 answer says what the snapshot says, as far as it has room. */
  async #encodeAnswer(globals, snapshot) {
    const patterns = snapshot?.patterns ?? globals.patterns;
    return (
      await this.format.encodeGlobalPatterns({
        ...globals,
        patterns,
      })
    ).bytes;
  }
  async #decide(delta) {
    const deviceKey = toDeviceKey(delta.deviceId);
    const known = this.#queue.recordOf(deviceKey) ?? (await this.#loadDevice(deviceKey));
    const { marks, increments } = applyMarks(known?.marks ?? noMarks, delta.patterns);
    const last = delta.position && {
      ...delta.position,
      digest: digestDelta(delta),
    };
    const record = {
      ...known,
      marks,
      ...(last === void 0 ? {} : { last }),
    };
    const contributions = contributionsFromDelta(
      delta,
      increments,
      this.#clock.nowMs(),
      this.#region,
    );
    const samples = increments.reduce((sum, count) => sum + count, 0);
    const isDuplicate = delta.patterns.length > 0 && samples === 0;
    const { state, touched } = contribute(
      this.#federation,
      contributions,
      this.#keys,
      this.#config,
    );
    this.#federation = state;
    this.#counters = {
      ...this.#counters,
      devices: this.#counters.devices + (known === void 0 ? 1 : 0),
      deltasApplied: this.#counters.deltasApplied + (isDuplicate ? 0 : 1),
      duplicates: this.#counters.duplicates + (isDuplicate ? 1 : 0),
      samplesAccepted: Math.min(MAX_INTEGER, this.#counters.samplesAccepted + samples),
    };
    return {
      durable: this.#commit(
        this.#change({
          touched,
          devices: /* @__PURE__ */ new Map([[deviceKey, record]]),
        }),
      ),
      receipt: {
        serverEpoch: toServerEpoch(this.#epoch),
        lastSeq: last?.seq ?? 0,
        outcome: isDuplicate ? 'duplicate' : 'applied',
        digest: digestDelta(delta),
      },
    };
  }
  async #decidePublication() {
    const nowMs = this.#clock.nowMs();
    const { state, globals, touched } = publish(this.#federation, nowMs, this.#config);
    const change = globals === null ? void 0 : this.window?.prepare(globals, nowMs);
    const answer = globals === null ? void 0 : await this.#encodeAnswer(globals, change?.added);
    this.#federation = state;
    const changed = touched.clusters.length + touched.trends.length > 0;
    if (globals === null || answer === void 0) {
      if (changed) await this.#commit(this.#change({ touched }));
      return;
    }
    return {
      globals,
      answer,
      change,
      durable: this.#commit({
        ...this.#change({ touched }),
        published: globals,
        ...(change === void 0 ? {} : { snapshots: change }),
      }),
    };
  }
  /** The records that now differ from the disk. */
  #change({ touched = noneTouched, devices = /* @__PURE__ */ new Map() }) {
    const { clusters, trends, counters } = this.#federation;
    return {
      epoch: this.#epoch,
      counters: this.#counters,
      federationCounters: counters,
      devices,
      clusters: new Map(touched.clusters.map((id) => [id, clusters.get(id)])),
      trends: new Map(touched.trends.map((id) => [id, trends.get(id)])),
    };
  }
  #commit(change) {
    return this.#queue.add(change).catch((cause) => {
      this.#mustReload = true;
      throw this.#storeError(cause);
    });
  }
  #loadDevice(deviceKey) {
    return this.#store.loadDevice(deviceKey).catch((cause) => {
      throw this.#storeError(cause);
    });
  }
  #storeError(cause) {
    this.#logger.error({ err: cause }, 'the store failed; nothing of the request was applied');
    return new SyncError(
      'http',
      'The server could not use its store; nothing was applied, send it again later',
      {
        reason: 'server-error',
        status: 503,
      },
      {
        cause,
        retryable: true,
        retryAfterMs: STORE_RETRY_MS,
      },
    );
  }
  #inTurn(work) {
    const result = this.#turn.then(async () => {
      if (this.#mustReload) await this.#reload();
      return work();
    });
    this.#turn = result.catch(() => void 0);
    return result;
  }
  /** Back to what the disk holds: memory had gone ahead of it. */
  async #reload() {
    await this.#queue.settled();
    this.#queue.reset();
    await this.#load().catch((cause) => {
      throw this.#storeError(cause);
    });
    this.#mustReload = false;
  }
};
/** What is named before the first publication. */
var NOTHING_PUBLISHED = {
  stream: GLOBAL_STREAM,
  version: 0,
  hash: '0'.repeat(16),
};
var noMarks = /* @__PURE__ */ new Map();
var noneTouched = {
  clusters: [],
  trends: [],
};
var noCounts = {
  devices: 0,
  deltasApplied: 0,
  duplicates: 0,
  refused: 0,
  samplesAccepted: 0,
};
// packages/constellation/dist/http/negotiation.js
var V1_MEDIA_TYPE = 'application/octet-stream';
/**
 * Which format a delta is in; its answer is in the same.
 * @param codebooks that the server publishes with, as frames name them.
 * @throws SyncError `protocol` for a media type that this server does not read, and for a client
 * that has none of its codebooks.
 */
function negotiate(headers, codebooks) {
  const contentType = headers['content-type'];
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  if (mediaType === void 0 || mediaType === V1_MEDIA_TYPE) return 'v1';
  if (mediaType !== 'application/vnd.omega-tv.frame' || codebooks === void 0)
    throw refused(
      'content-type',
      `Content-Type is ${mediaType}; expected ${codebooks === void 0 ? V1_MEDIA_TYPE : `${V1_MEDIA_TYPE} or ${FRAME_MEDIA_TYPE}`}`,
    );
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw refused(
      'content-encoding',
      `Content-Encoding is ${encoding}; frames are sent as they are`,
    );
  const version = parameterOf(contentType, 'version');
  if (version !== void 0 && version !== '2')
    throw refused('content-type', `Frames of version ${version} are not read; expected version 2`);
  const theirs = parameterOf(headers.accept, 'codebooks')
    ?.toLowerCase()
    .split(/[\s,]+/);
  if (theirs !== void 0 && !theirs.some((id) => codebooks.includes(id)))
    throw refused(
      'codebooks',
      `The client has the codebooks ${theirs.join(', ')}; the server has ${codebooks.join(', ')}`,
    );
  return 'frame';
}
/** True where only the receipt is wanted (RFC 7240). */
function prefersMinimal({ prefer }) {
  return (Array.isArray(prefer) ? prefer.join(',') : (prefer ?? ''))
    .split(',')
    .map((one) => one.split(';')[0]?.replace(/[\s"]/g, '').toLowerCase())
    .includes(PREFER_MINIMAL);
}
/** A parameter of a media type, with or without quotation marks (RFC 9110 section 8.3.1). */
function parameterOf(header, name) {
  const [, quoted, bare] =
    new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s;,]+))`, 'i').exec(header ?? '') ?? [];
  return quoted ?? bare;
}
function refused(path, message) {
  return new SyncError('protocol', message, { path });
}
// packages/constellation/dist/http/problems.js
/** A longer offending value is left out: `detail` shows its beginning. */
var MAX_VALUE_LENGTH = 256;
/** A path may be as long as all headers of a request. */
var MAX_DETAIL_LENGTH = 1024;
/** What Node says of a request that is not HTTP, by its error code; else 400. */
var CLIENT_ERROR_STATUSES = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
/** Answers with problem details (RFC 9457). */
function sendProblem(reply, error, status, window) {
  const problem = toProblem(error, status, window);
  if (error.retryAfterMs !== void 0)
    reply.header('Retry-After', Math.ceil(error.retryAfterMs / 1e3));
  return uncached(reply)
    .code(problem.status)
    .type(PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem));
}
/** For what is true now only: without a word of the server, a cache may keep even a 404. */
function uncached(reply) {
  return reply.header('Cache-Control', 'no-store');
}
/** Answers what is not HTTP, or too slow, before a request came of it; then hangs up. */
function answerClientError(error, socket) {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = CLIENT_ERROR_STATUSES[error.code ?? ''] ?? 400;
  const shown = new SyncError('protocol', `The request is not readable (${error.message})`, {});
  const body = Buffer.from(JSON.stringify(toProblem(shown, status)));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\nContent-Length: ${body.length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n` +
      body.toString(),
    () => {
      socket.destroy();
    },
  );
}
function toProblem(error, status, window) {
  const { value, detail = '', ...problem } = problemFromError(error, window);
  const isShort = value !== void 0 && JSON.stringify(value).length <= MAX_VALUE_LENGTH;
  return {
    ...problem,
    status: status ?? problem.status,
    detail: detail.slice(0, MAX_DETAIL_LENGTH),
    ...(isShort ? { value } : {}),
  };
}
// packages/constellation/dist/http/other-methods.js
/** Answers every method but these with 405, before its body is read (RFC 9110 section 15.5.6). */
function refuseOtherMethods(app, url, allowed) {
  const allow = allowed.join(', ');
  const refuse = ({ method, url: path }, reply) => {
    const detail = `${path.split('?')[0] ?? ''} does not take ${method}; it takes ${allow}`;
    reply.header('Allow', allow);
    return sendProblem(reply, new SyncError('protocol', detail, {}), 405);
  };
  app.route({
    url,
    method: app.supportedMethods.filter((method) => !allowed.includes(method)),
    onRequest: (request, reply, _done) => {
      refuse(request, reply);
    },
    handler: refuse,
  });
}
// packages/constellation/dist/http/snapshot-routes.js
var FOR_EVER = 'public, max-age=31536000, immutable';
/** A version has one spelling: else a cache would keep it under several. */
var VERSION = /^(?:0|[1-9]\d{0,15})$/;
var ROUTE = `${PATHS.snapshots}/:stream/:version`;
/** Serves published versions: the same bytes for ever, so that any cache may keep them. */
function addSnapshotRoutes(app, window) {
  refuseOtherMethods(app, ROUTE, ['GET', 'HEAD']);
  app.get(ROUTE, (request, reply) => {
    const { stream, version } = request.params;
    const { base } = request.query;
    if (!isVersion(version) || !(base === void 0 || isVersion(base))) {
      const path = isVersion(version) ? 'base' : 'version';
      return sendProblem(reply, new SyncError('protocol', `${path} is no version`, { path }), 400);
    }
    const snapshot = window.findVersion(stream, Number(version));
    if (snapshot === void 0)
      return sendProblem(
        reply,
        new SyncError(
          'protocol',
          `Version ${version} of ${stream} is not kept here; sync to get the newest`,
          { path: 'version' },
        ),
        404,
      );
    const from = base === void 0 ? void 0 : window.findVersion(stream, Number(base));
    const etag = `"${from === void 0 ? snapshot.hash : `${snapshot.hash}-${from.hash}`}"`;
    reply.header('ETag', etag).header('Cache-Control', FOR_EVER);
    if (isKnown(etag, request.headers['if-none-match'])) return reply.code(304).send();
    return reply.type(FRAME_MEDIA_TYPE).send(frameBetween(snapshot, from));
  });
}
function isVersion(value) {
  return typeof value === 'string' && VERSION.test(value) && Number(value) <= MAX_INTEGER;
}
/** Weak comparison (RFC 9110 section 13.1.2): a cache that recoded the body marks its tag as weak. */
function isKnown(etag, ifNoneMatch = '') {
  const known = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
// packages/constellation/dist/http/server.js
/** How long a client may take to send a request. */
var REQUEST_TIMEOUT_MS = 3e4;
/** How often Node looks for requests above that; its own 30 s let one last three times as long. */
var SLOW_CHECK_MS = 5e3;
/** How long a closing server waits for requests that are being sent. */
var CLOSE_GRACE_MS = 5e3;
var V1 = 'application/octet-stream';
/**
 * Serves a Constellation over HTTP; the caller listens on it and closes both.
 * @example
 * ```ts
 * import {
 *   Constellation,
 *   createMemoryConstellationStore,
 *   createServer,
 * } from '@omega-tv/constellation';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const store = createMemoryConstellationStore();
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * const server = createServer(constellation);
 * const url = await server.listen({ host: '127.0.0.1', port: 0 });
 * console.log(await (await fetch(`${url}/api/v1/sync/version`)).text()); // => {"version":0}
 * await server.close();
 * await constellation.close();
 * ```
 */
function createServer(constellation, options = {}) {
  const { format, window, syncWindow } = constellation;
  const codebooks = window?.codecs.ids;
  const app = fastify({
    bodyLimit: format.maxRequestBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { connectionsCheckingInterval: SLOW_CHECK_MS },
    forceCloseConnections: 'idle',
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, new SyncError('protocol', error.message, {}), error.statusCode);
    },
    routerOptions: { maxParamLength: maxHeaderSize },
    ...(options.logger === void 0 ? {} : { loggerInstance: options.logger }),
    logController: new LogController({ disableRequestLogging: true }),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const frameLimit = {
    parseAs: 'buffer',
    bodyLimit: V2_LIMITS.maxRequestBytes,
  };
  app.addContentTypeParser(FRAME_MEDIA_TYPE, frameLimit, (_request, body, done) => {
    done(null, body);
  });
  app.get(PATHS.health, (_request, reply) => uncached(reply).send({ status: 'ok' }));
  app.get(PATHS.version, (_request, reply) => {
    const answer = { version: constellation.version };
    return uncached(reply).send(answer);
  });
  app.get(PATHS.openApi, () => createOpenApiDocument({ frames: window !== void 0 }));
  if (window !== void 0) addSnapshotRoutes(app, window);
  for (const path of [PATHS.health, PATHS.version, PATHS.openApi])
    refuseOtherMethods(app, path, ['GET', 'HEAD']);
  refuseOtherMethods(app, PATHS.sync, ['POST']);
  app.post(PATHS.sync, { onRequest: refuseOtherFormats }, async (request, reply) => {
    const body =
      request.body instanceof Uint8Array ? request.body : /* @__PURE__ */ new Uint8Array();
    if (negotiate(request.headers, codebooks) === 'v1') {
      const answer = await constellation.sync(body);
      return reply.type(format.mediaType).header('Cache-Control', 'no-store').send(answer);
    }
    const minimal = prefersMinimal(request.headers);
    if (minimal) reply.header('Preference-Applied', PREFER_MINIMAL);
    const answer = await constellation.syncFrame(body, { minimal });
    return uncached(reply).type(FRAME_MEDIA_TYPE).send(answer);
  });
  let isClosing = false;
  app.addHook('preClose', (done) => {
    isClosing = true;
    setTimeout(() => {
      app.server.closeAllConnections();
    }, CLOSE_GRACE_MS).unref();
    done();
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isClosing) reply.header('Connection', 'close');
    done(null, payload);
  });
  app.setNotFoundHandler((request, reply) => {
    return sendProblem(
      reply,
      new SyncError(
        'protocol',
        `No route ${request.method} ${request.url}; GET ${PATHS.openApi} lists what there is`,
        {},
      ),
      404,
    );
  });
  app.setErrorHandler((error, request, reply) => {
    if (isSyncError(error)) return sendProblem(reply, error, void 0, windowFor(request));
    const status = error.statusCode ?? 500;
    if (status < 500) countRefused(request);
    else request.log.error({ err: error }, 'the request failed');
    return sendProblem(
      reply,
      fastifyErrorToSyncError(error, Number(request.headers['content-length']), limitOf(request)),
      status,
      windowFor(request),
    );
  });
  return app;
  function limitOf({ headers }) {
    return headers['content-type']?.toLowerCase().startsWith('application/vnd.omega-tv.frame') ===
      true
      ? V2_LIMITS.maxRequestBytes
      : format.maxRequestBytes;
  }
  /** Problems of pushes say when to come back. */
  function windowFor(request) {
    return request.routeOptions.url === PATHS.sync ? syncWindow : void 0;
  }
  function refuseOtherFormats(request, reply, done) {
    if (codebooks !== void 0) reply.header(HEADERS.acceptPost, `${FRAME_MEDIA_TYPE}, ${V1}`);
    try {
      negotiate(request.headers, codebooks);
      done();
    } catch (error) {
      if (!isSyncError(error)) throw error;
      countRefused(request);
      done(error);
    }
  }
  /** For deltas that the Constellation never saw: it counts those that it refuses itself. */
  function countRefused(request) {
    if (request.routeOptions.url === PATHS.sync) constellation.countRefused();
  }
}
/** What Fastify refused before a route saw it. */
function fastifyErrorToSyncError(error, contentLength, limit) {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    const size = contentLength > limit ? contentLength : limit + 1;
    return new SyncError(
      'compression-limit',
      `The body has at least ${size} bytes; at most ${limit} are read`,
      {
        size,
        limit,
      },
    );
  }
  if ((error.statusCode ?? 500) < 500) return new SyncError('protocol', error.message, {});
  return new SyncError('http', 'The server failed', { reason: 'server-error' }, { cause: error });
}
// packages/constellation/dist/store/level-store.js
/** Written with each store; a store of another layout is refused. */
var LAYOUT = 2;
var HEAD_KEY = 'head';
var PUBLISHED_KEY = 'published';
var CLUSTERS = 'cluster!';
var TRENDS = 'trend!';
var MARKS = 'marks!';
var SNAPSHOTS = 'snapshot!';
/** Written once LevelDB has thrown away a part of its log; such a store stays refused. */
var DAMAGE_KEY = 'damage';
var CHECKSUM_BYTES = 4;
/**
 * Opens the embedded single-node store: LevelDB, one process a folder, each commit one synchronous
 * batch.
 * @throws SyncError `invalid-config` when the folder is missing, in use, or not readable as a store.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { openLevelConstellationStore } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * console.log(await store.load()); // => undefined
 * await store.close();
 * await rm(directory, { recursive: true });
 * ```
 */
async function openLevelConstellationStore(options) {
  const { directory, createIfMissing = true } = options;
  if (!createIfMissing) await refuseMissing(directory);
  const db = new ClassicLevel(directory, {
    createIfMissing: createIfMissing && !(await holdsLevelFiles(directory)),
    valueEncoding: 'view',
  });
  try {
    await openWhole(db, directory);
  } catch (error) {
    throw openError(directory, error);
  }
  let isTorn = false;
  let isClosed = false;
  async function reopenIfTorn() {
    if (isClosed) throw invalidStore(directory, 'was closed');
    if (!isTorn) return;
    await db.close();
    await openWhole(db, directory);
    isTorn = false;
  }
  return {
    load: async () => {
      await reopenIfTorn();
      return load(db, directory);
    },
    loadDevice: async (deviceKey) => {
      const record = await db.get(MARKS + deviceKey);
      return record === void 0 ? void 0 : fromRecord(MARKS + deviceKey, record);
    },
    commit: async (change) => {
      await reopenIfTorn();
      try {
        await db.batch(toOperations(change), { sync: true });
      } catch (error) {
        isTorn = true;
        throw error;
      }
    },
    close: () => {
      isClosed = true;
      return db.close();
    },
  };
}
/**
 * Opens the database, unless commits are missing from it: LevelDB skips the blocks of its log that
 * do not match their checksum, and says so in its LOG file alone.
 */
async function openWhole(db, directory) {
  await db.open();
  const log = await readFile(path.join(directory, 'LOG'), 'utf8');
  const damage = /\(ignoring error\) (.+)/.exec(log)?.[1];
  if (damage !== void 0) await db.put(DAMAGE_KEY, Buffer.from(damage), { sync: true });
  const known = await db.get(DAMAGE_KEY);
  if (known === void 0) return;
  await db.close();
  throw new Error(`it was damaged: ${Buffer.from(known).toString()}`);
}
async function load(db, directory) {
  try {
    const record = await db.get(HEAD_KEY);
    if (record === void 0) return void 0;
    const head = fromRecord(HEAD_KEY, record);
    if (head.layout !== LAYOUT) throw new Error(`layout ${head.layout}, expected ${LAYOUT}`);
    const published = await db.get(PUBLISHED_KEY);
    return {
      epoch: head.epoch,
      counters: head.counters,
      federation: {
        clusters: await loadMap(db, CLUSTERS),
        trends: await loadMap(db, TRENDS),
        counters: head.federationCounters,
        published:
          published === void 0 ? emptyFederation().published : fromRecord(PUBLISHED_KEY, published),
      },
      frames: [...(await loadMap(db, SNAPSHOTS)).values()],
    };
  } catch (error) {
    throw openError(directory, error);
  }
}
async function loadMap(db, prefix) {
  const map = /* @__PURE__ */ new Map();
  for await (const [key, record] of db.iterator({
    gte: prefix,
    lt: `${prefix}\uffff`,
  }))
    map.set(key.slice(prefix.length), fromRecord(key, record));
  return map;
}
function toOperations(change) {
  return [
    toOperation(HEAD_KEY, {
      layout: LAYOUT,
      epoch: change.epoch,
      counters: change.counters,
      federationCounters: change.federationCounters,
    }),
    ...Array.from(change.devices, ([key, record]) => toOperation(MARKS + key, record)),
    ...Array.from(change.clusters, ([id, cluster]) => toOperation(CLUSTERS + id, cluster)),
    ...Array.from(change.trends, ([id, trend]) => toOperation(TRENDS + id, trend)),
    ...(change.published === void 0 ? [] : [toOperation(PUBLISHED_KEY, change.published)]),
    ...toSnapshotOperations(change.snapshots),
  ];
}
function toSnapshotOperations(change) {
  if (change === void 0) return [];
  const { added, frame, expired } = change;
  return [
    toOperation(snapshotKey(added.version), frame),
    ...expired.map((version) => toOperation(snapshotKey(version), void 0)),
  ];
}
/** Keys in the order of versions. */
function snapshotKey(version) {
  return SNAPSHOTS + String(version).padStart(16, '0');
}
function toOperation(key, value) {
  return value === void 0
    ? {
        type: 'del',
        key,
      }
    : {
        type: 'put',
        key,
        value: toRecord(key, value),
      };
}
/** A record is a CRC-32 of its key and value, then the value: LevelDB checks no table as it reads. */
function toRecord(key, value) {
  const body = serialize(value);
  const record = Buffer.alloc(CHECKSUM_BYTES + body.length);
  record.writeUInt32LE(crc32(body, crc32(key)));
  record.set(body, CHECKSUM_BYTES);
  return record;
}
function fromRecord(key, record) {
  const body = record.subarray(CHECKSUM_BYTES);
  if (
    !(record.length > CHECKSUM_BYTES) ||
    Buffer.from(record).readUInt32LE() !== crc32(body, crc32(key))
  )
    throw new Error(`the record ${key} does not match its checksum`);
  return deserialize(body);
}
async function refuseMissing(directory) {
  try {
    await access(path.join(directory, 'CURRENT'));
  } catch (error) {
    throw invalidStore(directory, 'holds no store', error, 'check its name');
  }
}
async function holdsLevelFiles(directory) {
  return (await readdir(directory).catch(() => [])).some((name) =>
    /^(MANIFEST-\d+|\d{6,}\.(ldb|log|sst))$/.test(name),
  );
}
function openError(directory, error) {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause?.code === 'LEVEL_LOCKED')
    return invalidStore(directory, 'is in use by another process', cause, 'stop it');
  return invalidStore(
    directory,
    `cannot be opened (${cause instanceof Error ? cause.message : String(cause)})`,
    cause,
  );
}
function invalidStore(directory, problem, cause, advice = 'restore it') {
  return new SyncError(
    'invalid-config',
    `The store ${directory} ${problem}; ${advice}, or choose another folder`,
    { field: 'directory' },
    { cause },
  );
}
// packages/constellation/dist/publisher.js
var repeatWithTimer = (work, everyMs) => {
  const timer = setInterval(work, everyMs);
  return () => {
    clearInterval(timer);
  };
};
/**
 * Publishes again and again; a publication that fails is logged, and the next one tried in turn.
 * @throws SyncError `invalid-config` for a time that no timer takes.
 * @example
 * ```ts
 * import {
 *   Constellation,
 *   createMemoryConstellationStore,
 *   startPublishing,
 * } from '@omega-tv/constellation';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const store = createMemoryConstellationStore();
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * const publisher = startPublishing(constellation, { everyMs: 60_000 });
 * await publisher.stop();
 * console.log(constellation.version); // => 0
 * await constellation.close();
 * ```
 */
function startPublishing(constellation, options) {
  const { everyMs, logger = silentLogger, repeat = repeatWithTimer } = options;
  if (!(everyMs >= 1 && everyMs < 2 ** 31))
    throw new SyncError('invalid-config', `everyMs is ${everyMs}; expected 1 to ${2 ** 31 - 1}`, {
      field: 'everyMs',
    });
  let running;
  const stop = repeat(() => {
    running ??= constellation
      .publish()
      .catch((cause) => {
        logger.error({ err: cause }, 'the publication failed');
      })
      .finally(() => {
        running = void 0;
      });
  }, everyMs);
  return {
    stop: async () => {
      stop();
      await running;
    },
  };
}
// packages/constellation/dist/report.js
/**
 * Reads what a stopped server did from its folder; changes nothing.
 * @throws SyncError `invalid-config` when the folder holds no store or a server runs on it.
 * @example
 * ```ts
 * import { mkdtemp, rm } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import path from 'node:path';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 * import { Constellation, openLevelConstellationStore, readReport } from '@omega-tv/constellation';
 *
 * const directory = await mkdtemp(path.join(tmpdir(), 'server-')); // yours: a folder that stays
 * const store = await openLevelConstellationStore({ directory });
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * await constellation.close();
 * const { devices, version } = await readReport(directory);
 * console.log(devices, version); // => 0 0
 * await rm(directory, { recursive: true });
 * ```
 */
async function readReport(directory) {
  const store = await openLevelConstellationStore({
    directory,
    createIfMissing: false,
  });
  try {
    const stored = await store.load();
    if (stored === void 0)
      throw new SyncError(
        'invalid-config',
        `The store ${directory} is empty; no server ever ran on it`,
        { field: 'directory' },
      );
    const { epoch, counters, federation } = stored;
    return {
      ...counters,
      version: federation.published.version,
      epoch,
    };
  } finally {
    await store.close();
  }
}
// packages/constellation/dist/store/memory-store.js
/** A store that lasts as long as the process: for tests. */
function createMemoryConstellationStore() {
  let stored;
  const devices = /* @__PURE__ */ new Map();
  const frames = /* @__PURE__ */ new Map();
  return {
    load: () =>
      Promise.resolve(
        stored && {
          ...stored,
          frames: [...frames.values()],
        },
      ),
    loadDevice: (deviceKey) => Promise.resolve(devices.get(deviceKey)),
    commit: (change) => {
      const before = stored?.federation ?? emptyFederation();
      stored = {
        epoch: change.epoch,
        counters: change.counters,
        federation: {
          clusters: withChanges(before.clusters, change.clusters),
          trends: withChanges(before.trends, change.trends),
          counters: change.federationCounters,
          published: change.published ?? before.published,
        },
      };
      for (const [key, value] of change.devices) devices.set(key, value);
      for (const version of change.snapshots?.expired ?? []) frames.delete(version);
      if (change.snapshots !== void 0)
        frames.set(change.snapshots.added.version, change.snapshots.frame);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
function withChanges(before, changes) {
  const after = new Map(before);
  for (const [id, value] of changes)
    if (value === void 0) after.delete(id);
    else after.set(id, value);
  return after;
}
// packages/constellation/dist/http/in-memory-transport.js
/** Carries requests to a server of this process without a socket. */
function createInMemoryTransport(server) {
  return {
    request: async ({ method, path, headers, body, maxResponseBytes, signal }) => {
      signal?.throwIfAborted();
      const answered = server.inject({
        method,
        url: path,
        headers: { ...headers },
        ...(body === void 0 ? {} : { payload: Buffer.from(body) }),
      });
      const response = await (signal === void 0 ? answered : untilAborted(answered, signal));
      const answer = new Uint8Array(response.rawPayload);
      if (answer.length > maxResponseBytes)
        throw new SyncError(
          'compression-limit',
          `${method} ${path}: the answer has ${answer.length} bytes; at most ${maxResponseBytes} are read`,
          {
            size: answer.length,
            limit: maxResponseBytes,
          },
          { retryable: true },
        );
      return {
        status: response.statusCode,
        headers: toHeaders(response.headers),
        body: answer,
      };
    },
  };
}
function toHeaders(headers) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
/** Gives up waiting, not the request: as over a network, it may have been handled. */
function untilAborted(work, signal) {
  return new Promise((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
// packages/constellation/dist/index.js
var dist_exports$2 = /* @__PURE__ */ __exportAll({
  Constellation: () => Constellation,
  SnapshotWindow: () => SnapshotWindow,
  createCohortKeys: () => createCohortKeys,
  createInMemoryTransport: () => createInMemoryTransport,
  createMemoryConstellationStore: () => createMemoryConstellationStore,
  createServer: () => createServer,
  openLevelConstellationStore: () => openLevelConstellationStore,
  readReport: () => readReport,
  startPublishing: () => startPublishing,
});
export {
  dist_exports as client,
  node_exports as clientNode,
  dist_exports$1 as compression,
  node_exports$1 as compressionNode,
  dist_exports$2 as constellation,
  dist_exports$3 as protocol,
};
