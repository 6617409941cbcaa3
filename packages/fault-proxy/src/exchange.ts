import { request as sendRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { durationMs, piecesAt, type Wait } from './waiting.js';

/** An answer, its headers as name and value in turn. */
export interface Message {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** They speak of one connection (RFC 9110 section 7.6.1), or of the length, which may change here. */
const HOP_HEADERS =
  /^(connection|keep-alive|transfer-encoding|content-length|upgrade|te|trailer)$/i;

/** One request between its two connections: what can be done with it. */
export class Exchange {
  constructor(
    private readonly target: string,
    readonly request: IncomingMessage,
    private readonly response: ServerResponse,
    private readonly wait: Wait,
    private readonly gone: AbortSignal,
  ) {}

  /** Waits, unless the client goes away. */
  async pause(ms: number): Promise<void> {
    await this.wait(ms, this.gone);
  }

  /** Ends the client's connection with a RST, as a network does. */
  reset(): void {
    this.request.socket.resetAndDestroy();
  }

  #open(length: number) {
    const { method, rawHeaders, url = '/' } = this.request;
    const headers = [...endToEnd(rawHeaders), 'Content-Length', String(length)];
    return sendRequest(this.target + url, { method, headers, agent: false });
  }

  /** Sends the request to the server. */
  async forward(body: Buffer): Promise<Message> {
    const sent = this.#open(body.length);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve).on('error', reject).end(body);
    });
    const headers = endToEnd(answer.rawHeaders);
    return { status: answer.statusCode ?? 502, headers, body: await bodyOf(answer) };
  }

  /** Resolves when the server has what there is of the body, and the connection is gone. */
  async forwardPart(body: Buffer, bytes: number): Promise<void> {
    const sent = this.#open(body.length);
    await new Promise<void>((resolve) => {
      sent.on('error', () => {
        resolve();
      });
      sent.on('close', resolve);
      sent.write(body.subarray(0, Math.min(bytes, body.length - 1)), () => {
        sent.destroy();
      });
    });
  }

  #start({ status, headers, body }: Message): void {
    this.response.sendDate = false;
    this.response.writeHead(status, [...headers, 'Content-Length', String(body.length)]);
  }

  answer(message: Message): void {
    this.#start(message);
    this.response.end(message.body);
  }

  answerPart(message: Message, bytes: number): void {
    this.#start(message);
    const part = message.body.subarray(0, Math.min(bytes, message.body.length - 1));
    this.response.write(part, () => {
      this.reset();
    });
  }

  async answerSlowly(message: Message, bitsPerSecond: number): Promise<void> {
    this.#start(message);
    for (const piece of piecesAt(bitsPerSecond, message.body)) {
      if (this.gone.aborted) return;
      this.response.write(piece);
      await this.pause(durationMs(bitsPerSecond, piece.length));
    }
    this.response.end();
  }
}

/** Raw headers without those of one connection. */
function endToEnd(rawHeaders: readonly string[]): string[] {
  return rawHeaders.filter((_, i) => !HOP_HEADERS.test(rawHeaders[i - (i % 2)] ?? ''));
}

export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
