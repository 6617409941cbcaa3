import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** One TCP connection, written to byte by byte: what an HTTP library would tidy up stays as it is. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const end = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on('error', end).on('end', end).on('close', end);
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  send(...parts: readonly (string | Uint8Array)[]): void {
    this.#socket.write(
      Buffer.concat(
        parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)),
      ),
    );
  }

  /** The next answer; undefined when the server hung up without one. */
  async answer(): Promise<RawAnswer | undefined> {
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined || this.#ended) return answer;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Says that nothing more comes; answers are still read. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#received
      .subarray(0, end)
      .toString('latin1')
      .split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const bodyEnd = end + 4 + Number(headers.get('content-length') ?? 0);
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.subarray(end + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    return { status: Number(statusLine.split(' ')[1]), headers, body };
  }
}

/** The head of a push as a native v1 client writes it, for a body of so many bytes. */
export function nativeHead(port: number, bodyBytes: number, deviceId = 'tv-kitchen'): string {
  return (
    'POST /api/v1/sync HTTP/1.1\r\ncontent-type: application/octet-stream\r\n' +
    `x-device-id: ${deviceId}\r\nx-sync-version: 1\r\naccept: */*\r\n` +
    `host: 127.0.0.1:${port}\r\ncontent-length: ${bodyBytes}\r\n\r\n`
  );
}

/** One push on a connection of its own. */
export async function push(port: number, body: Uint8Array): Promise<RawAnswer> {
  const connection = await RawConnection.open(port);
  try {
    connection.send(nativeHead(port, body.length), body);
    const answer = await connection.answer();
    if (answer === undefined) throw new Error('the server hung up');
    return answer;
  } finally {
    connection.destroy();
  }
}
