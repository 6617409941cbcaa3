import type { TrendSignal } from '@omega-tv/types';
import { toContentHash, unresolvedId } from '../content-hash.js';
import { flagField, symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import { FieldWriter } from '../fields/field-writer.js';
import { V2_LIMITS } from '../limits.js';
import { malformed, unwritable } from '../malformed.js';
import { toTimestamp, toUnixMs } from '../timestamps.js';
import { GenreReader, GenreWriter } from './genres.js';
import { readRegion, writeRegion } from './regions.js';

const COUNT: IntegerField = { name: 'trends', typicalBits: 5 };
/** What comes next in the order of hashes: one of the base, kept, changed or gone, or an added one. */
const STEP = symbolField('step', [16, 8, 4, 8]);
const Step = { kept: 0, changed: 1, removed: 2, added: 3 } as const;
const HASH_GAP: IntegerField = { name: 'content hash', typicalBits: 41 };
const SCORE_KIND = flagField('score kind', 12, 1);
const SCORE: IntegerField = { name: 'score', typicalBits: 9 };
const SCORE_STEPS = 1000;
const SAME_TIME = flagField('time', 1, 8);
const AGE: IntegerField = { name: 'time', typicalBits: 24 };
const SAME_REGION = flagField('region', 1, 12);

/**
 * Trends as a snapshot holds them: named by hash, in the order of hash and region, once each (the
 * first of several).
 * @throws SyncError `serialization` for a score beyond 32-bit floats.
 */
export function canonicalTrends(trends: readonly TrendSignal[]): readonly TrendSignal[] {
  const byKey = new Map<string, TrendSignal>();
  for (const trend of trends) {
    const contentId = unresolvedId(toContentHash(trend.contentId));
    const calculatedAt = toTimestamp(toUnixMs(trend.calculatedAt));
    const key = sortKey({ contentId, region: trend.region });
    if (!byKey.has(key)) {
      byKey.set(key, { ...trend, contentId, calculatedAt, score: toScore(trend.score) });
    }
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, trend]) => trend);
}

/** Thousandths are exact; other scores are rounded to 32-bit floats. Zero has one sign. */
function toScore(score: number): number {
  const coded = isThousandths(score) ? score : Math.fround(score);
  if (Number.isFinite(coded)) return coded + 0;
  throw unwritable('score', `must be a number in the range of 32-bit floats, but is ${score}`);
}

function isThousandths(score: number): boolean {
  const steps = Math.round(score * SCORE_STEPS);
  return steps >= 0 && steps <= 1e9 && steps / SCORE_STEPS === score;
}

/**
 * Writes canonical trends against those of the base.
 * @param publishedMs of the snapshot: ages are counted from there.
 */
export function writeTrends(
  trends: readonly TrendSignal[],
  base: readonly TrendSignal[],
  publishedMs: number,
): Uint8Array {
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
    const isKnown = before !== undefined && sortKey(before) === key && before.genre === trend.genre;
    if (isKnown) {
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

  function writeScore(score: number): void {
    writer.flag(SCORE_KIND, !isThousandths(score));
    if (isThousandths(score)) writer.integer(SCORE, Math.round(score * SCORE_STEPS));
    else writer.bytes('score', floatBytes(score));
  }
}

/** Reads what writeTrends wrote; `reader` keeps what each field took. */
export function readTrends(
  reader: FieldReader,
  base: readonly TrendSignal[],
  publishedMs: number,
): readonly TrendSignal[] {
  const genres = new GenreReader(reader);
  const state = new Previous(publishedMs);
  const count = reader.integer(COUNT);
  if (count > V2_LIMITS.maxTrends) {
    throw malformed(`trends: are ${count}, above ${V2_LIMITS.maxTrends}`);
  }
  const trends: TrendSignal[] = [];
  let at = 0;
  while (trends.length < count) {
    const step = reader.symbol(STEP);
    if (step === Step.added) {
      trends.push(readAdded());
      continue;
    }
    const before = base[at];
    if (before === undefined) throw malformed('step: is behind the last trend of the base');
    at += 1;
    state.hash = hashOf(before);
    if (step === Step.kept) trends.push(before);
    if (step === Step.changed) trends.push({ ...before, ...readValue() });
  }
  reader.finish();
  if (trends.some((trend, i) => i > 0 && !(sortKey(trends[i - 1]) < sortKey(trend)))) {
    throw malformed('trends: are not in the order of their hashes');
  }
  return trends;

  function readAdded(): TrendSignal {
    const hash = state.hash + reader.integer(HASH_GAP);
    if (!(hash < 2 ** 48)) throw malformed('content hash: has more than 48 bits');
    state.hash = hash;
    const contentId = unresolvedId(hash.toString(16).padStart(12, '0'));
    if (!reader.flag(SAME_REGION)) state.region = readRegion(reader);
    return { contentId, region: state.region, genre: genres.read(), ...readValue() };
  }

  function readValue(): Pick<TrendSignal, 'score' | 'calculatedAt'> {
    const score = reader.flag(SCORE_KIND) ? readFloat() : reader.integer(SCORE) / SCORE_STEPS;
    if (!reader.flag(SAME_TIME)) state.calculatedMs = publishedMs - reader.signed(AGE);
    if (!(state.calculatedMs >= 0)) throw malformed('time: is before 1970');
    return { score, calculatedAt: toTimestamp(state.calculatedMs) };
  }

  function readFloat(): number {
    const bytes = reader.bytes('score', 4);
    const score = new DataView(bytes.buffer).getFloat32(0);
    if (!Number.isFinite(score)) throw malformed('score: is no finite number');
    return score;
  }
}

/** What the trend before had. */
class Previous {
  hash = 0;
  region = 'ZZ';

  constructor(public calculatedMs: number) {}
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value);
  return bytes;
}

function hashOf(trend: Pick<TrendSignal, 'contentId'> | undefined): number {
  return parseInt(toContentHash(trend?.contentId ?? ''), 16);
}

function sortKey(trend: Pick<TrendSignal, 'contentId' | 'region'> | undefined): string {
  return `${trend?.contentId ?? ''} ${trend?.region ?? ''}`;
}
