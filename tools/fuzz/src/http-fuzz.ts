import { FRAME_MEDIA_TYPE, type WireFormat } from '@omega-tv/compression';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { loadCatalogue } from '@omega-tv/catalogue';
import { HEADERS, PATHS, PROBLEM_MEDIA_TYPE } from '@omega-tv/protocol';
import type { RandomSource } from '@omega-tv/types';
import { createMutator } from './mutations.js';
import { createTargets } from './targets.js';

/** A body, and what its sender says that it is. */
interface Message {
  readonly mediaType: string;
  readonly body: Uint8Array;
}

export interface HttpFuzzOptions {
  /** Of a running server, as TVs are told it. */
  readonly url: string;
  readonly bodies: number;
  readonly random: RandomSource;
  /** A token for servers that want one. */
  readonly token?: string;
  readonly onProgress?: (sent: number) => void;
  /** Default: never. */
  readonly signal?: AbortSignal;
}

/** How often each status was answered. */
export type AnsweredStatuses = ReadonlyMap<number, number>;

/** What the server answered, and the body that it fell over. */
export class HttpFuzzFailure extends Error {
  override readonly name = 'HttpFuzzFailure';

  constructor(what: string, { mediaType, body }: Message, options?: ErrorOptions) {
    const shown = Buffer.from(body).toString('hex');
    super(`${what}, for ${mediaType} ${shown}`, options);
  }
}

/** Sent at a time. */
const CONNECTIONS = 16;
/** Whatever is refused is refused with one of these; a server that is asked too much may say so. */
const REFUSALS: ReadonlySet<number> = new Set([400, 401, 403, 409, 413, 415, 422, 429]);
const V1_MEDIA_TYPE = 'application/octet-stream';

/**
 * Sends mutated bodies to a server that runs: each is to be taken, or refused with a problem, and when all
 * are sent the server is to be as healthy as before.
 * @throws HttpFuzzFailure at the first that is answered otherwise, or not at all.
 */
export async function fuzzHttp(options: HttpFuzzOptions): Promise<AnsweredStatuses> {
  const { url, bodies, signal } = options;
  const draw = await createMessages(options.random);
  const statuses = new Map<number, number>();
  let sent = 0;
  const sendSome = async (): Promise<void> => {
    while (sent < bodies && signal?.aborted !== true) {
      sent += 1;
      const status = await send(draw(), options);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (sent % 1000 === 0) options.onProgress?.(sent);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, sendSome));
  const health = await fetch(url + PATHS.health);
  if (!health.ok)
    throw new Error(`The server is ill: ${PATHS.health} is answered ${health.status}`);
  return new Map([...statuses].sort(([a], [b]) => a - b));
}

async function send(message: Message, { url, token }: HttpFuzzOptions): Promise<number> {
  const headers = {
    'content-type': message.mediaType,
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    [HEADERS.deviceId]: 'fuzz',
  };
  const body = Buffer.from(message.body);
  const answer = await fetch(url + PATHS.sync, { method: 'POST', headers, body }).catch(
    (cause: unknown) => {
      throw new HttpFuzzFailure(`No answer came (${String(cause)})`, message, { cause });
    },
  );
  const { status } = answer;
  const mediaType = answer.headers.get('content-type') ?? '';
  await answer.arrayBuffer();
  if (status === 200 && !mediaType.startsWith(PROBLEM_MEDIA_TYPE)) return status;
  if (REFUSALS.has(status) && mediaType.startsWith(PROBLEM_MEDIA_TYPE)) return status;
  throw new HttpFuzzFailure(`The answer is ${status}, of type "${mediaType}"`, message);
}

/** Frames of deltas and batches, and v1 bodies, all of them spoiled a little. */
async function createMessages(random: RandomSource): Promise<() => Message> {
  const frames = createTargets(random).filter(({ name }) => name === 'delta' || name === 'batch');
  const v1 = await createV1Bodies(createNodeV1Format());
  const mutator = createMutator(random);
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random.next() * items.length)];
  return () => {
    if (random.next() < 1 / 4) {
      return { mediaType: V1_MEDIA_TYPE, body: mutator.bytes(pick(v1) ?? new Uint8Array()) };
    }
    const body = pick(frames)?.draw() ?? new Uint8Array();
    // Some say that they are something else.
    return { mediaType: random.next() < 1 / 50 ? V1_MEDIA_TYPE : FRAME_MEDIA_TYPE, body };
  };
}

function createV1Bodies(format: WireFormat): Promise<readonly Uint8Array[]> {
  const titles = loadCatalogue().slice(0, 3);
  const deltas = [0, 1].map((patterns) => ({
    deviceId: 'fuzz',
    version: 1,
    timestamp: '2026-11-22T10:00:00Z',
    patterns: titles.slice(0, patterns).map(({ id, embedding, genres }) => ({
      id,
      embedding: embedding.map((value) => Math.round(value * 50) / 50),
      successRate: 0.9,
      sampleCount: 12,
      genre: genres[0],
    })),
  }));
  return Promise.all(deltas.map(async (delta) => (await format.encodeDelta(delta)).bytes));
}
