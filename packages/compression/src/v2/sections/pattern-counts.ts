import { MAX_INTEGER, type PatternData } from '@omega-tv/types';
import { symbolField, type IntegerField } from '../fields/field.js';
import type { FieldReader } from '../fields/field-reader.js';
import type { FieldWriter } from '../fields/field-writer.js';
import { malformed } from '../malformed.js';

const SAMPLES: IntegerField = { name: 'samples', typicalBits: 5 };
const FAILURES: IntegerField = { name: 'success rate', typicalBits: 2 };
const PERCENT_FAILED: IntegerField = { name: 'failed percent', typicalBits: 4 };

/** How a success rate is coded. */
const Rate = { ratio: 0, float32Ratio: 1, percent: 2, fraction: 3 } as const;
const RATE = symbolField('success rate kind', [12, 2, 4, 2]);
/** Every decimal of four digits is a whole number of these, and 16 bits hold it. */
const RATE_STEPS = 50_000;

type Counts = Pick<PatternData, 'sampleCount' | 'successRate'>;

/**
 * Writes how often a pattern was seen and how often it was watched to the end. The rate is exact
 * where it is successes / samples, as a 64-bit or 32-bit float, or whole percent; else it is rounded
 * to 1/50,000.
 */
export function writeCounts(writer: FieldWriter, counts: Counts): void {
  const { sampleCount, successRate } = asCoded(counts);
  writer.integer(SAMPLES, sampleCount);
  const kind = rateKind({ sampleCount, successRate });
  writer.symbol(RATE, kind);
  if (kind === Rate.percent) {
    writer.integer(PERCENT_FAILED, 100 - Math.round(successRate * 100));
  } else if (kind === Rate.fraction) {
    writer.choice('success rate', toSteps(successRate) >> 8, 256);
    writer.choice('success rate', toSteps(successRate) & 255, 256);
  } else {
    writer.integer(FAILURES, sampleCount - Math.round(successRate * sampleCount));
  }
}

/** Counts as a reader gets them; zero has one sign. */
export function asCoded(counts: Counts): Counts {
  const sampleCount = Math.min(counts.sampleCount, MAX_INTEGER);
  const successRate = counts.successRate + 0;
  const isExact = rateKind({ sampleCount, successRate }) !== Rate.fraction;
  return { sampleCount, successRate: isExact ? successRate : toSteps(successRate) / RATE_STEPS };
}

function rateKind({ sampleCount, successRate }: Counts): number {
  const ratio = Math.round(successRate * sampleCount) / sampleCount;
  if (ratio === successRate) return Rate.ratio;
  if (Math.fround(ratio) === successRate) return Rate.float32Ratio;
  return Math.round(successRate * 100) / 100 === successRate ? Rate.percent : Rate.fraction;
}

function toSteps(successRate: number): number {
  return Math.round(successRate * RATE_STEPS);
}

/** Reads what writeCounts wrote. */
export function readCounts(reader: FieldReader): Counts {
  const sampleCount = reader.integer(SAMPLES);
  if (sampleCount === 0) throw malformed('samples: 0, where 1 is the least');
  const kind = reader.symbol(RATE);
  if (kind === Rate.percent) {
    const failed = reader.integer(PERCENT_FAILED);
    if (failed > 100) throw malformed('success rate: is below 0');
    return { sampleCount, successRate: (100 - failed) / 100 };
  }
  if (kind === Rate.fraction) {
    const steps = 256 * reader.choice('success rate', 256) + reader.choice('success rate', 256);
    if (steps > RATE_STEPS) throw malformed('success rate: is above 1');
    return { sampleCount, successRate: steps / RATE_STEPS };
  }
  const failures = reader.integer(FAILURES);
  if (failures > sampleCount) throw malformed('success rate: more failures than samples');
  const ratio = (sampleCount - failures) / sampleCount;
  return { sampleCount, successRate: kind === Rate.ratio ? ratio : Math.fround(ratio) };
}
