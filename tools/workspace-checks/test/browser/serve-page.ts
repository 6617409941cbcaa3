import { Readable } from 'node:stream';
import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import {
  Constellation,
  createMemoryConstellationStore,
  createServer,
} from '@omega-tv/constellation';
import { PATHS } from '@omega-tv/protocol';
import type { Bundle } from '@omega-tv/test-support';

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";
const CHUNK = new Uint8Array(4096);

export interface PageServer {
  readonly url: string;
  readonly constellation: Constellation;
  /** Each resolves when the client of that server hung up. */
  readonly hungUp: { readonly silent: Promise<void>; readonly flood: Promise<void> };
  close(): Promise<void>;
}

/** A Constellation that also serves the page, and servers that are silent, never end, or have moved. */
export async function servePage({ script, assets }: Bundle): Promise<PageServer> {
  const constellation = await Constellation.open({
    store: createMemoryConstellationStore(),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    clock: { nowMs: () => Date.UTC(2026, 0, 1) },
    // Two TVs stand for many: what they send is learned whole.
    federation: { minDevices: 2, maxSamplesPerHalfLife: 10_000 },
  });
  const app = createServer(constellation);
  const html = '<!doctype html><title>TV</title><script type="module" src="/page.js"></script>';
  app.get('/', (_request, reply) =>
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY).type('text/html').send(html),
  );
  app.get('/page.js', (_request, reply) => reply.type('text/javascript').send(script));
  for (const [path, bytes] of assets) {
    const type = path.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
    app.get(path, (_request, reply) => reply.type(type).send(bytes));
  }

  const asked = deferred();
  const silent = deferred();
  app.get(`/silent${PATHS.health}`, (request, reply) => {
    reply.hijack();
    asked.settle();
    request.raw.socket.once('close', silent.settle);
  });
  app.get('/silent/asked', async () => {
    await asked.promise;
    return {};
  });

  const flood = deferred();
  app.post(`/flood${PATHS.sync}`, (request, reply) => {
    request.raw.socket.once('close', flood.settle);
    const endless = new Readable({
      read() {
        this.push(CHUNK);
      },
    });
    return reply.type('application/octet-stream').send(endless);
  });

  const moved = (url: string): string => url.replace('/moved', '');
  app.get('/moved/*', (request, reply) => reply.redirect(moved(request.url), 307));
  app.post('/moved/*', (request, reply) => reply.redirect(moved(request.url), 307));

  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    constellation,
    hungUp: { silent: silent.promise, flood: flood.promise },
    close: async () => {
      await app.close();
      await constellation.close();
    },
  };
}

function deferred() {
  let settle: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
