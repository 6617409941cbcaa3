import { isCodecError, type EmbeddingCodec, type EncodedVectors } from '@omega-tv/embedding-codec';
import {
  checkPorts,
  SyncError,
  systemRandom,
  validateSyncDelta,
  type RandomSource,
  type SyncDelta,
} from '@omega-tv/types';
import { codebookIdOf, coding, referencesOf } from '../codecs.js';
import { SectionType, writeFrame, type Section } from '../container.js';
import { V2_LIMITS } from '../limits.js';
import { writeDeltaHeader, type DeltaHeader } from '../sections/delta-header.js';
import { writeCapabilities } from '../sections/capabilities.js';
import { writeEngagements } from '../sections/engagements.js';
import { writePushedPatterns } from '../sections/pushed-patterns.js';
import { writeTaste } from '../sections/taste.js';
import type { Snapshot } from '../snapshot.js';
import { writeLearning } from '../titles/delta-learning.js';

/** How fine the embeddings of a delta are. */
export interface DeltaRate {
  /** Of the whole frame, never exceeded; 16 KiB is the most. */
  readonly budgetBytes: number;
  /** The step of the quantiser where the budget allows it; absent: the finest that fits. */
  readonly step?: number;
  /** Where even this step does not fit, the frame is refused; default: the codec's coarsest. */
  readonly coarsestStep?: number;
}

export interface DeltaFrameOptions {
  /** Its embeddings are predicted from those of this snapshot, which the reader must have. */
  readonly base?: Snapshot;
  readonly rate: DeltaRate;
  /** Draws the dither's seed: TVs that share one share their error. Default: the machine's. */
  readonly random?: RandomSource;
}

export interface DeltaFrame {
  readonly bytes: Uint8Array;
  readonly meanCosine: number;
  readonly minCosine: number;
}

/**
 * Writes a delta in one frame: all but the embeddings exact, these at the step of the rate, or as
 * fine as fits.
 * @throws SyncError `invalid-pattern` for a pattern that breaks a rule, `serialization` for another
 * value that does, `compression-limit` where it does not fit, `invalid-config` for a bad `random`.
 */
export function encodeDeltaFrame(
  codec: EmbeddingCodec,
  delta: SyncDelta,
  { base, rate, random = systemRandom }: DeltaFrameOptions,
): DeltaFrame {
  checkPorts({ random });
  validateSyncDelta(delta);
  const { taste } = delta;
  const vectors = delta.patterns.map(({ embedding }) => embedding);
  if (taste?.kind === 'vector') vectors.push(taste.vector);
  const sections = [...sectionsOf(codec, delta, base), ...writeLearning(delta, random)];
  const bare = writeFrame({ kind: 'delta', sections });
  const budgetBytes = Math.min(rate.budgetBytes, V2_LIMITS.maxRequestBytes);
  if (vectors.length === 0) {
    if (!(bare.length <= budgetBytes)) throw tooLarge(bare.length, budgetBytes);
    return { bytes: bare, meanCosine: 1, minCosine: 1 };
  }
  const common = { mode: 'upload', random, references: referencesOf(base) } as const;
  const room = roomFor(budgetBytes - bare.length);
  const coded = coding(() => encodeAtStep() ?? encodeWithin());
  const embeddings = { type: SectionType.embeddings, payload: coded.bytes };
  const bytes = writeFrame({ kind: 'delta', sections: [...sections, embeddings] });
  return { bytes, ...fidelityOf(coded.cosines) };

  function encodeAtStep(): EncodedVectors | undefined {
    if (rate.step === undefined) return undefined;
    const atStep = codec.encode(vectors, { ...common, rate: { step: rate.step } });
    return atStep.bytes.length <= room ? atStep : undefined;
  }

  function encodeWithin(): EncodedVectors {
    const coarsest = rate.coarsestStep ?? COARSEST_STEP;
    try {
      const fitting = codec.encode(vectors, { ...common, rate: { budgetBytes: room } });
      if (fitting.step <= coarsest) return fitting;
    } catch (error) {
      if (!isCodecError(error, 'budget-too-small')) throw error;
    }
    const { bytes: least } = codec.encode(vectors, { ...common, rate: { step: coarsest } });
    throw tooLarge(bare.length + SECTION_BYTES + least.length, budgetBytes);
  }
}

/** The coarsest that the codec has. */
const COARSEST_STEP = 1;

/** Type and length of the embeddings section. */
const SECTION_BYTES = 3;

/** What the payload of one more section may have, so that frame and section have `left` bytes. */
function roomFor(left: number): number {
  return left - (left - 2 < 0x80 ? 2 : left - 3 < 0x4000 ? 3 : 4);
}

function fidelityOf(cosines: readonly number[]) {
  const sum = cosines.reduce((total, cosine) => total + cosine, 0);
  const minCosine = cosines.reduce((least, cosine) => Math.min(least, cosine), 1);
  return { meanCosine: cosines.length === 0 ? 1 : sum / cosines.length, minCosine };
}

function tooLarge(size: number, limit: number): SyncError<'compression-limit'> {
  const message = `delta: takes ${size} bytes, but ${limit} are allowed; send fewer patterns or shorter names`;
  return new SyncError('compression-limit', message, { size, limit });
}

function sectionsOf(codec: EmbeddingCodec, delta: SyncDelta, base: Snapshot | undefined) {
  const { deviceId, position, version, timestamp, region } = delta;
  const { patterns, engagements, taste, capabilities = [], serverEpoch } = delta;
  const header: DeltaHeader = {
    codebookId: codebookIdOf(codec),
    deviceId,
    version,
    timestamp,
    ...(base === undefined ? {} : { base }),
    ...(position === undefined ? {} : { position }),
    ...(region === undefined ? {} : { region }),
  };
  const sections: Section[] = [{ type: SectionType.header, payload: writeDeltaHeader(header) }];
  if (patterns.length > 0) {
    sections.push({ type: SectionType.patterns, payload: writePushedPatterns(patterns) });
  }
  if (engagements !== undefined && engagements.length > 0) {
    sections.push({ type: SectionType.engagements, payload: writeEngagements(engagements) });
  }
  if (taste !== undefined) sections.push({ type: SectionType.taste, payload: writeTaste(taste) });
  if (capabilities.length > 0) {
    const payload = writeCapabilities(capabilities, serverEpoch);
    sections.push({ type: SectionType.capabilities, payload });
  }
  return sections;
}
