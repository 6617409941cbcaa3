import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mintDeviceToken, parseTokenKeys } from '@omega-tv/constellation';
import { PATHS } from '@omega-tv/protocol';
import { createRandom } from '@omega-tv/seeded-random';
import { runClosed } from './http-load.js';
import type { LoadSettings } from './measure.js';
import { Messages } from './messages.js';
import { ServerUnderLoad } from './server-under-load.js';
import { EVENING, nameOfTv, only, Tvs, type Mix } from './tvs.js';

/** What a server elsewhere answers, of which no processor time can be seen. */
export interface UrlRow {
  readonly name: string;
  readonly syncsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly failed: number;
}

export interface UrlTarget {
  /** Of a running server, as TVs are told it. */
  readonly url: string;
  /** Its key file, to mint the tokens of the TVs with. Default: none are shown. */
  readonly keysFile?: string;
}

const KINDS: readonly (readonly [name: string, mix: Mix])[] = [
  ['empty', only(0)],
  ['3 patterns', only(3)],
  ['evening: 70 % empty, 25 % 1 to 3, 5 % 10', EVENING],
];
const ANSWER_BYTES = 120;
const EPOCHS = 2 ** 32;

/** Pushes to a server that runs, beside bare Fastify on this machine. */
export async function measureUrl(
  { url, keysFile }: UrlTarget,
  settings: Pick<LoadSettings, 'tvs' | 'seconds' | 'connections' | 'variants'>,
  onStage: (stage: string) => void,
): Promise<readonly UrlRow[]> {
  const { seconds, connections } = settings;
  onStage('coding messages');
  const messages = new Messages([1, 2, 3, 10], settings.variants);
  const tokens = await tokensOf(settings.tvs, keysFile);
  // Its TVs may have pushed here before: what they push now is new all the same.
  const tvs = new Tvs(messages, tokens, createRandom('tvs'), 1 + randomInt(EPOCHS - 1));
  const bare = await ServerUnderLoad.start({ kind: 'bare', answerBytes: ANSWER_BYTES });
  const run = async (name: string, where: string, mix: Mix): Promise<UrlRow> => {
    onStage(name);
    const result = await runClosed({ url: where, connections }, seconds, () => tvs.next(mix));
    const { answered, failed, p50Ms, p99Ms } = result;
    const pushes = Math.max(1, answered);
    return {
      ...{ name, failed, p50Ms, p99Ms, syncsPerSecond: answered / result.seconds },
      ...{ bytesUp: result.bytesUp / pushes, bytesDown: result.bytesDown / pushes },
    };
  };
  try {
    const rows: UrlRow[] = [];
    for (const [name, mix] of KINDS) rows.push(await run(name, `${url}${PATHS.sync}`, mix));
    return [await run('bare Fastify, constant bytes', bare.url, only(0)), ...rows];
  } finally {
    bare.kill();
  }
}

async function tokensOf(
  tvs: number,
  keysFile: string | undefined,
): Promise<readonly (string | undefined)[]> {
  if (keysFile === undefined) return Array.from({ length: tvs }, () => undefined);
  const keys = parseTokenKeys(await readFile(keysFile, 'utf8'));
  const mint = (_: unknown, tv: number): Promise<string> =>
    mintDeviceToken({ keys, deviceId: nameOfTv(tv), expiresInS: 86_400 });
  return Promise.all(Array.from({ length: tvs }, mint));
}
