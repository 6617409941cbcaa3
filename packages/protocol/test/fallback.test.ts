import { describe, expect, it } from '@jest/globals';
import { createMiniLmCodec } from '@omega-tv/compression/node';
import {
  Codecs,
  createV2Format,
  encodeAnswerFrame,
  FRAME_MEDIA_TYPE,
  publishSnapshot,
  readDeltaFrameHeader,
} from '@omega-tv/compression';
import { SyncError } from '@omega-tv/types';
import {
  ConstellationProtocol,
  problemFromError,
  type SyncOptions,
  type TransportRequest,
  type TransportResponse,
} from '../src/index.js';
import { NOW_MS, answerBody, deltaOf, format as v1, globals, syncErrorOf } from './support.js';

const codec = createMiniLmCodec();
const v2 = createV2Format({ codecs: [codec], random: { next: () => 0.5 } });
const DAY_MS = 86_400_000;
const ACCEPT_POST = { 'accept-post': FRAME_MEDIA_TYPE };
const base = publishSnapshot(codec, globals, {
  stream: 'global',
  budgetBytes: 5120,
  step: 0.0145,
  coarsestStep: 0.025,
});

type Answerer = (request: TransportRequest) => TransportResponse | Promise<TransportResponse>;

/** A protocol of frames with a fallback to v1, to a server that answers like this. */
function protocolTo(answer: Answerer) {
  const seen: TransportRequest[] = [];
  const transport = {
    request: async (request: TransportRequest) => {
      seen.push(request);
      return answer(request);
    },
  };
  let steadyMs = 0;
  const clock = { nowMs: () => NOW_MS, monotonicMs: () => steadyMs };
  const protocol = new ConstellationProtocol({ transport, format: v2, fallback: v1, clock });
  const pass = (ms: number): void => void (steadyMs += ms);
  const push = (options?: SyncOptions) => protocol.sync(deltaOf(2), options);
  const formats = () =>
    seen.map(({ headers }) => (headers['Content-Type'] === v1.mediaType ? 'v1' : 'v2'));
  return { protocol, push, seen, formats, pass };
}

function refusal(status: number, headers: Record<string, string> = {}): TransportResponse {
  return { status, headers, body: new Uint8Array() };
}

/** As a Constellation says it: a problem of its own type. */
function problem(status: number, headers: Record<string, string> = {}): TransportResponse {
  const code = status === 400 ? 'compression' : 'protocol';
  const body = new TextEncoder().encode(
    JSON.stringify({ ...problemFromError(new SyncError(code, 'no', {})), status }),
  );
  return { status, headers, body };
}

function conflict(): TransportResponse {
  const error = new SyncError('version-conflict', 'not kept', { local: base.version, remote: 50 });
  const body = new TextEncoder().encode(JSON.stringify(problemFromError(error)));
  return { status: 409, headers: ACCEPT_POST, body };
}

function acknowledged(): TransportResponse {
  const hash = '0'.repeat(16);
  const body = encodeAnswerFrame({
    receipt: { serverEpoch: hash, lastSeq: 1, outcome: 'applied', digest: hash },
    window: { minMs: 0, maxMs: 1000 },
    current: { stream: 'global', version: 50, hash },
  });
  return { status: 200, headers: ACCEPT_POST, body };
}

/** Reads v1 alone, and says no to frames with this status. */
function oldServer(status: number): Answerer {
  return async ({ headers }) =>
    headers['Content-Type'] === v1.mediaType
      ? { status: 200, headers: {}, body: await answerBody() }
      : problem(status);
}

describe('a server that does not read frames', () => {
  it.each([400, 415])(
    '%i without Accept-Post: spoken to in v1 from then on (rule 11.2)',
    async (status) => {
      const { protocol, push, formats } = protocolTo(oldServer(status));
      expect(protocol.format).toBe(v2);
      const { result } = await push();
      expect(result).toMatchObject({ protocolVersion: 1, globalVersion: globals.version });
      expect(protocol.format).toBe(v1);
      await push();
      expect(formats()).toEqual(['v2', 'v1', 'v1']);
    },
  );

  it.each([400, 415])('%i: is not left for v1 by a TV that may not (rule 11.2)', async (status) => {
    const { protocol, push, formats } = protocolTo(oldServer(status));
    for (let i = 0; i < 2; i += 1) {
      const error = await syncErrorOf(push({ mayFallBack: false }));
      expect(error.code).toBe(status === 400 ? 'compression' : 'protocol');
    }
    expect(protocol.format).toBe(v2);
    expect(formats()).toEqual(['v2', 'v2']);
  });

  it('refuses v1 too: that is the error, after one further request', async () => {
    const { push, formats } = protocolTo(() => problem(415));
    expect(await syncErrorOf(push())).toMatchObject({ code: 'protocol' });
    expect(formats()).toEqual(['v2', 'v1']);
  });

  it('is tried in frames again after a day, for it may have learned them (rule 11.25)', async () => {
    const { push, formats, pass } = protocolTo(oldServer(415));
    await push();
    pass(DAY_MS - 1);
    await push();
    pass(1);
    await push();
    await push();
    expect(formats()).toEqual(['v2', 'v1', 'v1', 'v2', 'v1', 'v1']);
  });
});

describe('what is no Constellation does not decide the protocol (rule 11.2)', () => {
  const text = (body: string): Uint8Array => new TextEncoder().encode(body);

  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html><title>Bad Request</title>'],
    ['JSON of a gateway', '{"error":"bad request","status":400}'],
    ['a problem of another vendor', '{"type":"about:blank","title":"Bad Request","status":400}'],
  ])('%s with 400 or 415', async (_, body) => {
    for (const status of [400, 415]) {
      const { protocol, push, formats } = protocolTo(() => ({
        status,
        headers: { 'content-type': 'text/html' },
        body: text(body),
      }));
      await syncErrorOf(push());
      expect(protocol.format).toBe(v2);
      expect(formats()).toEqual(['v2']);
    }
  });
});

describe('a server that reads frames', () => {
  it.each([400, 415])(
    '%i with Accept-Post: the refusal is the answer (rule 11.2)',
    async (status) => {
      const { protocol, push, formats } = protocolTo(() => problem(status, ACCEPT_POST));
      const { code } = await syncErrorOf(push());
      expect(code).toBe(status === 400 ? 'compression' : 'protocol');
      expect(protocol.format).toBe(v2);
      expect(formats()).toEqual(['v2']);
    },
  );

  it.each([401, 403, 404, 405, 409, 413, 422, 429, 500, 503])(
    '%i is no reason to fall back, with or without Accept-Post (rule 11.2)',
    async (status) => {
      for (const headers of [{}, ACCEPT_POST]) {
        const { push, formats } = protocolTo(() => refusal(status, headers));
        await syncErrorOf(push());
        expect(formats()).toEqual(['v2']);
      }
    },
  );
});

it('a push names the format of frames, and the codebooks that the TV has (rule 11.1)', async () => {
  const { push, seen } = protocolTo(acknowledged);
  await push();
  expect(seen[0]?.headers).toMatchObject({
    'Content-Type': 'application/vnd.omega-tv.frame;version=2',
    Accept: `application/vnd.omega-tv.frame;version=2;codebooks="${new Codecs([codec]).ids.join(' ')}"`,
  });
});

describe('a base that the server does not know', () => {
  const baseOf = ({ body }: TransportRequest) => readDeltaFrameHeader(body!).base;

  it('costs one round trip: the delta goes again without it (rule 11.5)', async () => {
    const { push, seen } = protocolTo((request) =>
      baseOf(request) === undefined ? acknowledged() : conflict(),
    );
    const { result, receipt } = await push({ base });
    expect(seen.map(baseOf)).toMatchObject([{ version: base.version, hash: base.hash }, undefined]);
    expect(result).toMatchObject({ protocolVersion: 2, patternsPushed: 2, globalVersion: 50 });
    expect(result.bytesSent).toBe(seen[1]!.body!.length);
    expect(receipt?.outcome).toBe('applied');
  });

  it('is no second try where there was no base', async () => {
    const { push, seen } = protocolTo(conflict);
    expect(await syncErrorOf(push())).toMatchObject({ code: 'version-conflict', retryable: true });
    expect(seen).toHaveLength(1);
  });

  it('is no third try where the server refuses again', async () => {
    const { push, seen } = protocolTo(conflict);
    expect(await syncErrorOf(push({ base }))).toMatchObject({ code: 'version-conflict' });
    expect(seen).toHaveLength(2);
  });
});
