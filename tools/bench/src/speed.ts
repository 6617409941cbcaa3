import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createEmbeddingCodec, type EmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { budgetMethod, fixedStepMethod } from './codec-methods.js';
import { median } from './median.js';
import type { Method } from './method.js';
import { jsonMethod } from './plain-methods.js';
import { withoutWebAssembly } from './without-webassembly.js';

/** Of about 64 bytes a vector, and of about 72. */
export const DOWNLOAD_STEP = 0.0247;
export const UPLOAD_STEP = 0.0285;

/** Processor time of one vector, coded alone, and how often it is that of JSON + zstd. */
export interface SpeedRow {
  readonly name: string;
  readonly encodeUs: number;
  readonly decodeUs: number;
  readonly encodeRatio: number;
  readonly decodeRatio: number;
}

/**
 * Times ways to send the same vectors, round by round in turn so that all meet the same machine;
 * each figure is the median of the rounds.
 */
export async function measureSpeed(
  codec: EmbeddingCodec,
  vectors: readonly Float32Array[],
  rounds: number,
  others: readonly Method[] = [],
): Promise<readonly SpeedRow[]> {
  const methods = [
    jsonMethod(),
    ...fixedStepMethods(codec),
    budgetMethod(codec, 'download', 64, 1),
    budgetMethod(codec, 'upload', 72, 1),
    ...others,
  ];
  const times = methods.map(() => ({ encode: [] as number[], decode: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, method] of methods.entries()) {
      const { encodeUs, decodeUs } = await timeOnce(method, vectors);
      // The first round only warms up.
      if (round === 0) continue;
      times[i]?.encode.push(encodeUs);
      times[i]?.decode.push(decodeUs);
    }
  }
  const medians = times.map(({ encode, decode }) => [median(encode), median(decode)] as const);
  const [jsonEncode = 1, jsonDecode = 1] = medians[0] ?? [];
  return methods.map(({ name }, i) => {
    const [encodeUs = 0, decodeUs = 0] = medians[i] ?? [];
    return {
      name,
      encodeUs,
      decodeUs,
      encodeRatio: encodeUs / jsonEncode,
      decodeRatio: decodeUs / jsonDecode,
    };
  });
}

/** The codec as engines without WebAssembly run it, to stand beside the same with it. */
export function plainLoopMethods(): readonly Method[] {
  const codec = withoutWebAssembly(() => {
    const created = createEmbeddingCodec(readMiniLmCodebook());
    created.encode([new Float32Array(created.codebook.space.dimension)], {
      mode: 'download',
      rate: { step: DOWNLOAD_STEP },
    });
    return created;
  });
  return fixedStepMethods(codec).map((method) => ({
    ...method,
    name: `${method.name}, without WebAssembly`,
  }));
}

function fixedStepMethods(codec: EmbeddingCodec): readonly Method[] {
  return [
    fixedStepMethod(codec, 'download', DOWNLOAD_STEP),
    fixedStepMethod(codec, 'upload', UPLOAD_STEP),
  ];
}

/** The same on a few vectors in a Node that only interprets, as engines without a compiler do. */
export async function measureSpeedWithoutJit(): Promise<readonly SpeedRow[]> {
  const script = fileURLToPath(new URL('speed-process.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--jitless', script]);
  return JSON.parse(stdout) as readonly SpeedRow[];
}

async function timeOnce(
  method: Method,
  vectors: readonly Float32Array[],
): Promise<{ encodeUs: number; decodeUs: number }> {
  const start = process.cpuUsage();
  const messages = await method.encode(vectors);
  const encoding = process.cpuUsage(start);
  const middle = process.cpuUsage();
  await method.decode(messages, vectors.length);
  const decoding = process.cpuUsage(middle);
  return {
    encodeUs: (encoding.user + encoding.system) / vectors.length,
    decodeUs: (decoding.user + decoding.system) / vectors.length,
  };
}
