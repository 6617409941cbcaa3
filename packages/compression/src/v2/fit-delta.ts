import { isSyncError, type SyncDelta } from '@omega-tv/types';
import type { FittedDelta } from '../client-format.js';
import type { DeltaFrame } from './frames/delta-frame.js';

/** What a delta takes without its patterns, and what a pattern does. Bytes; a first guess. */
const BARE_BYTES = 64;
const PATTERN_BYTES = 72;
/** Codings that are tried: each takes as long as what it codes. */
const MAX_CODINGS = 4;

/**
 * As many patterns, from the first on, as are coded within the budget: guessed from their usual
 * size, then from that of the last coding. What was coded last and fits is what is sent, so the work
 * is a few times what goes out, however much waits.
 * @throws SyncError as `encode`, where the first pattern alone does not fit.
 */
export function fitDelta(
  delta: SyncDelta,
  budgetBytes: number,
  encode: (part: SyncDelta) => DeltaFrame,
): FittedDelta {
  const { patterns } = delta;
  const firstGuess = Math.floor((budgetBytes - BARE_BYTES) / PATTERN_BYTES);
  let count = Math.min(patterns.length, Math.max(1, firstGuess));
  let fitted: FittedDelta | undefined;
  let tooMany = patterns.length + 1;
  for (let coding = 0; coding < MAX_CODINGS || fitted === undefined; coding += 1) {
    const part = { ...delta, patterns: patterns.slice(0, count) };
    const coded = tryEncode(part, encode, count <= 1);
    if (coded === undefined) {
      tooMany = count;
      if (fitted !== undefined) break;
      count = Math.max(1, Math.floor(count * 0.75));
      continue;
    }
    const { bytes, meanCosine, minCosine } = coded;
    fitted = { part, bytes, fidelity: { meanCosine, minCosine } };
    const each = Math.max(1, (bytes.length - BARE_BYTES) / Math.max(1, count));
    const more = Math.floor((budgetBytes - bytes.length) / each);
    const next = Math.min(count + more, tooMany - 1, patterns.length);
    if (next <= count) break;
    count = next;
  }
  return fitted;
}

/** Undefined where it does not fit. @throws SyncError where it may not fail, and for what is no matter of size. */
function tryEncode(
  part: SyncDelta,
  encode: (part: SyncDelta) => DeltaFrame,
  isLeast: boolean,
): DeltaFrame | undefined {
  try {
    return encode(part);
  } catch (error) {
    if (!isLeast && isSyncError(error, 'compression-limit')) return undefined;
    throw error;
  }
}
