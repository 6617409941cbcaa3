import { CodecError } from './errors.js';
import type { CodecRate, EncodeOptions } from './embedding-codec.js';

const MAX_VECTORS = 0x100000;
const MAX_REFERENCES = 0x8000;
const RATES = ['budgetBytes', 'step', 'minCosine'] as const;

/** @throws CodecError `invalid-option` with the field, for what callers without types pass. */
export function checkEncodeOptions(options: EncodeOptions): void {
  const { mode, rate } = options;
  if (mode === 'upload') {
    refuseUnless(isSource(options.random), 'random', 'an object with next(), uniform in [0, 1)');
  } else {
    refuseUnless(isDownload(mode), 'mode', "'upload' or 'download'");
  }
  checkRate(rate);
}

/** @throws CodecError `invalid-option` with the field. */
export function checkRate(rate: CodecRate): void {
  const given: object = typeof rate === 'object' ? rate : {};
  const [name, ...others] = RATES.filter((one) => one in given);
  const isOne = name !== undefined && others.length === 0;
  refuseUnless(isOne, 'rate', 'one of { budgetBytes }, { step } and { minCosine }');
  if (name !== undefined) checkValue(name, Reflect.get(rate, name));
  const near: unknown = Reflect.get(given, 'near');
  const isStep = typeof near === 'number' && near > 0;
  refuseUnless(near === undefined || isStep, 'rate.near', 'a step above zero');
}

/** @throws CodecError `invalid-option` for no count of the vectors there are. */
export function checkCount(count: number, vectors: number): void {
  const isCount = Number.isInteger(count) && count >= 0 && count <= vectors;
  refuseUnless(isCount, 'count', `0 to ${vectors}, as many as there are vectors`);
}

/** @throws CodecError `invalid-option` with the field. */
export function checkCounts(
  name: 'vectors' | 'count',
  vectors: number,
  references: readonly unknown[] = [],
): void {
  const isCount = Number.isInteger(vectors) && vectors >= 0 && vectors <= MAX_VECTORS;
  refuseUnless(isCount, name, `0 to ${MAX_VECTORS} vectors`);
  const hasRoom = Array.isArray(references) && references.length <= MAX_REFERENCES;
  refuseUnless(hasRoom, 'references', `an array of at most ${MAX_REFERENCES} vectors`);
}

function checkValue(name: (typeof RATES)[number], value: unknown): void {
  const isNumber = typeof value === 'number';
  const field = `rate.${name}`;
  if (name === 'budgetBytes') refuseUnless(isNumber, field, 'a number of bytes');
  if (name === 'step') refuseUnless(isNumber && value > 0, field, 'a number above zero');
  if (name === 'minCosine') refuseUnless(isNumber && value < 1, field, 'a number below 1');
}

function isDownload(mode: unknown): boolean {
  return mode === 'download';
}

function isSource(random: unknown): boolean {
  return (
    typeof random === 'object' &&
    random !== null &&
    typeof Reflect.get(random, 'next') === 'function'
  );
}

function refuseUnless(valid: boolean, field: string, expected: string): void {
  if (!valid) throw new CodecError('invalid-option', `${field} must be ${expected}.`, field);
}
