import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import path from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { describeError } from '@omega-tv/command-line';

const SOCKET = 'agent.sock';
/** What a socket's name may have on Linux, its last zero left out; macOS takes four less. */
const MAX_SOCKET_BYTES = 103;
const MAX_BODY_BYTES = 4096;

/** A viewing that was fed by hand. */
const WatchRequestSchema = Type.Object({
  titleId: Type.String({ maxLength: 1024 }),
  watchedFraction: Type.Number({ minimum: 0, maximum: 1 }),
  profile: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
});

export type WatchRequest = Static<typeof WatchRequestSchema>;

/** What a running TV answers through its socket. */
export interface Control {
  status(): Promise<object>;
  report(): Promise<object>;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  watch(viewing: WatchRequest): Promise<object>;
}

/** Where a TV that runs in a folder listens: its owner alone may connect. */
export function socketOf(directory: string): string {
  return path.join(directory, SOCKET);
}

/**
 * Answers on a Unix socket in the TV's folder, which the TV alone has open: what lies there from a run
 * that was killed is replaced.
 * @returns what ends it; undefined where the folder's path is too long for a socket.
 */
export async function serveControl(
  directory: string,
  control: Control,
): Promise<(() => Promise<void>) | undefined> {
  const socket = socketOf(directory);
  if (Buffer.byteLength(socket) > MAX_SOCKET_BYTES) return undefined;
  await rm(socket, { force: true });
  const server = createServer((request, response) => {
    answer(control, request, response).catch((error: unknown) => {
      send(response, 500, { error: describeError(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(() => {
        resolve();
      });
      server.closeAllConnections();
    });
}

async function answer(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  switch (`${request.method ?? ''} ${request.url ?? ''}`) {
    case 'GET /status':
      send(response, 200, await control.status());
      return;
    case 'GET /report':
      send(response, 200, await control.report());
      return;
    case 'GET /metrics': {
      const { contentType, text } = await control.metrics();
      response.writeHead(200, { 'content-type': contentType }).end(text);
      return;
    }
    case 'POST /watch': {
      const viewing = await readJson(request);
      if (!Value.Check(WatchRequestSchema, viewing)) {
        send(response, 400, { error: 'this is no viewing: {titleId, watchedFraction, profile}' });
        return;
      }
      send(response, 200, await control.watch(viewing));
      return;
    }
    default:
      send(response, 404, { error: 'there is /status, /report, /metrics and /watch' });
  }
}

/** Undefined where it is none, or too long. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return undefined;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(`${JSON.stringify(body)}\n`);
}
