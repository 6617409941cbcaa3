import { randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { httpError } from '@omega-tv/protocol';
import type { HttpFailure } from '@omega-tv/types';
import { CLOSE_CODES } from '../connection/close-codes.js';
import { Driver, type Address } from '../connection/driver.js';
import type { Timer } from '../connection/timers.js';
import type { NativeConfig, Quiche } from '../native/load-quiche.js';
import {
  ANSWER_HEAD_BYTES,
  announcedAnswer,
  decodeAnswer,
  type QuicAnswer,
} from '../wire/answer.js';
import { Collector } from '../wire/collector.js';
import { ClientSocket } from './client-socket.js';
import { EarlyCopies } from './early-copies.js';
import { lostConnection } from './lost-connection.js';

export interface ClientConnectionOptions {
  readonly quiche: Quiche;
  readonly config: NativeConfig;
  readonly remote: Address;
  /** As in the URL: a certificate has to name it. */
  readonly hostname: string;
  /** The ticket of an earlier connection. */
  readonly session?: Uint8Array;
  /** Of an earlier connection. Milliseconds. */
  readonly roundTripMs?: number;
  readonly timer: Timer;
  /** Called whenever a packet of the server came, and when the connection ended. */
  readonly onHeard: () => void;
}

export interface Exchange {
  readonly message: Buffer;
  /** Whether it may go before the server has shown that it is there: then it may be replayed. */
  readonly isRepeatable: boolean;
  readonly maxBodyBytes: number;
  /** Names the request for people. */
  readonly where: string;
  /** Gives the exchange up; its reason is the caller's to tell. */
  readonly signal: AbortSignal;
}

interface Waiting extends Exchange {
  streamId?: number;
  readonly answer: Collector;
  readonly resolve: (answer: QuicAnswer) => void;
  readonly reject: (reason: unknown) => void;
}

const CONNECTION_ID_BYTES = 16;
const RESET_TOKEN_BYTES = 16;

/** One connection to a server, and the exchanges that go over it, a stream each. */
export class ClientConnection {
  readonly #options: ClientConnectionOptions;
  readonly #driver: Driver;
  readonly #socket: ClientSocket;
  readonly #copies: EarlyCopies;
  readonly #waiting = new Set<Waiting>();
  #nextStreamId = 0;
  #isVerified = false;
  #failure: HttpFailure | undefined;
  #received = 0;

  private constructor(options: ClientConnectionOptions, socket: ClientSocket) {
    const { quiche, config, remote, hostname, timer } = options;
    // An address is no name to be asked for (RFC 6066 section 3); it is checked once it is shown.
    const serverName = isIP(hostname) === 0 ? hostname : null;
    const local = { host: isIP(remote.host) === 6 ? '::' : '0.0.0.0', port: 1 };
    const id = randomBytes(CONNECTION_ID_BYTES);
    const connection = quiche.Connection.connect(serverName, id, local, remote, config);
    if (options.session !== undefined) connection.setSession(options.session);
    this.#options = options;
    this.#socket = socket;
    this.#copies = new EarlyCopies({
      timer,
      roundTripMs: () => this.roundTripMs ?? options.roundTripMs,
      repeat: () => this.#driver.repeat(),
    });
    this.#driver = new Driver({
      ...{ quiche, connection, local, timer, isServer: false },
      sendDatagram: (datagram) => {
        socket.send(datagram);
        this.#copies.sent();
      },
      onProgress: () => {
        this.#proceed();
      },
    });
  }

  /** Sends nothing before the first exchange, so that early data shares its datagram. @throws Error of Node where there is no network. */
  static async open(options: ClientConnectionOptions): Promise<ClientConnection> {
    const link: { connection?: ClientConnection } = {};
    const socket = await ClientSocket.open({
      remote: options.remote,
      onDatagram: (datagram) => link.connection?.receive(datagram),
      onRefused: () => link.connection?.fail('refused'),
    });
    const connection = new ClientConnection(options, socket);
    link.connection = connection;
    connection.#driver.begin();
    return connection;
  }

  /** True while requests may be sent over it. */
  get isUsable(): boolean {
    return this.#failure === undefined && !this.#driver.hasEnded;
  }

  /** True once the server has shown its certificate, and the certificate is good. */
  get isVerified(): boolean {
    return this.#isVerified;
  }

  /** True while nobody waits for an answer. */
  get isIdle(): boolean {
    return this.#waiting.size === 0;
  }

  /** Packets that came from the server. */
  get received(): number {
    return this.#driver.received;
  }

  /** Smoothed; undefined until the server was heard. Milliseconds. */
  get roundTripMs(): number | undefined {
    const [path] = this.received === 0 ? [] : this.#driver.connection.pathStats();
    return path === undefined ? undefined : path.rtt;
  }

  /** The newest ticket of this connection, for the next one. */
  get session(): Uint8Array | undefined {
    return this.#isVerified ? (this.#driver.connection.session() ?? undefined) : undefined;
  }

  /** True where the server took the ticket: no certificate was sent. */
  get isResumed(): boolean {
    return this.#driver.connection.isResumed();
  }

  /** Takes a datagram that the socket brought. */
  receive(datagram: Buffer): void {
    this.#driver.receive(datagram, this.#options.remote);
  }

  /**
   * Sends one request, and resolves with its answer.
   * @throws SyncError `http` where none came, `compression-limit` where it is too large, `protocol`
   * where it cannot be read; the signal's reason.
   */
  exchange(exchange: Exchange): Promise<QuicAnswer> {
    const { signal, maxBodyBytes } = exchange;
    return new Promise<QuicAnswer>((resolve, reject) => {
      const announced = (head: Buffer): number => announcedAnswer(head, maxBodyBytes);
      const answer = new Collector({ headBytes: ANSWER_HEAD_BYTES, announced });
      const waiting: Waiting = { ...exchange, answer, resolve, reject };
      const abort = (): void => {
        this.#giveUp(waiting, signal.reason);
      };
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      this.#waiting.add(waiting);
      this.#socket.hold(true);
      this.#driver.advance();
    });
  }

  /** Asks for a sign of life, once there is a connection. */
  probe(): void {
    if (!this.#isVerified || this.#driver.hasEnded) return;
    this.#driver.connection.sendAckEliciting();
    this.#driver.flush();
  }

  /** Sends from another port from now on: this machine's address has changed. */
  async rebind(): Promise<void> {
    await this.#socket.rebind();
    this.#driver.advance();
  }

  /** Ends it: who waits for an answer gets none. */
  fail(failure: HttpFailure): void {
    this.#failure ??= failure;
    this.#driver.close(CLOSE_CODES.abandoned, '');
    this.#end();
  }

  /** Tells the server that it is over. */
  close(): void {
    this.#failure ??= 'reset';
    this.#driver.close(CLOSE_CODES.done, '');
    this.#end();
  }

  #proceed(): void {
    if (this.#driver.received > this.#received) {
      this.#received = this.#driver.received;
      this.#copies.heard();
      this.#options.onHeard();
    }
    if (!this.isUsable) {
      this.#end();
      return;
    }
    if (!this.#verify()) return;
    this.#offerIds();
    this.#startStreams();
    for (const waiting of [...this.#waiting]) this.#read(waiting);
  }

  /** @returns false where the server is not who it should be: then all is over. */
  #verify(): boolean {
    const { connection } = this.#driver;
    if (this.#isVerified || !connection.isEstablished()) return true;
    const { hostname } = this.#options;
    const [shown] = connection.peerCertChain() ?? [];
    const names =
      shown !== undefined && isIP(hostname) !== 0 ? new X509Certificate(shown) : undefined;
    this.#isVerified = isIP(hostname) === 0 || names?.checkIP(hostname) !== undefined;
    if (!this.#isVerified) this.fail('tls');
    return this.#isVerified;
  }

  /** The server needs one of this side's ids for each address that this side moves to. */
  #offerIds(): void {
    const { connection } = this.#driver;
    if (!this.#isVerified) return;
    while (connection.sourceCidsLeft() > 0) {
      const resetToken = randomBytes(RESET_TOKEN_BYTES).toString('hex');
      connection.newSourceCid(randomBytes(CONNECTION_ID_BYTES), BigInt(`0x${resetToken}`), false);
    }
  }

  #startStreams(): void {
    const { connection } = this.#driver;
    for (const waiting of this.#waiting) {
      if (waiting.streamId !== undefined) continue;
      const isEarly = !this.#isVerified && waiting.isRepeatable && connection.isInEarlyData();
      if (!this.#isVerified && !isEarly) continue;
      if (connection.peerStreamsLeftBidi() === 0) return;
      waiting.streamId = this.#nextStreamId;
      this.#nextStreamId += 4;
      this.#driver.write(waiting.streamId, waiting.message);
    }
  }

  #read(waiting: Waiting): void {
    const { streamId, answer, maxBodyBytes } = waiting;
    if (streamId === undefined || !this.#waiting.has(waiting)) return;
    const arrived = this.#driver.read(streamId);
    if (arrived === undefined) {
      this.#giveUp(waiting, httpError('reset', waiting.where));
      return;
    }
    try {
      for (const chunk of arrived.chunks) answer.add(chunk);
      if (!arrived.isEnd) return;
      const read = decodeAnswer(answer.message(), maxBodyBytes);
      this.#endCopies();
      this.#settle(waiting);
      waiting.resolve(read);
    } catch (error) {
      this.#giveUp(waiting, error);
    }
  }

  #giveUp(waiting: Waiting, reason: unknown): void {
    if (!this.#waiting.has(waiting)) return;
    this.#settle(waiting);
    if (waiting.streamId !== undefined) {
      this.#driver.abandon(waiting.streamId, CLOSE_CODES.abandoned);
      this.#driver.flush();
    }
    waiting.reject(reason);
  }

  #settle(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size === 0) this.#socket.hold(false);
  }

  #endCopies(): void {
    this.#copies.end();
    this.#driver.endRepeats();
  }

  /** Whoever waits learns why there is no answer. */
  #end(): void {
    this.#endCopies();
    this.#driver.dispose();
    this.#socket.close();
    const { connection } = this.#driver;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const { reject, where } of waiting) {
      const failure = this.#failure;
      reject(failure ? httpError(failure, where) : lostConnection(connection, where));
    }
    this.#options.onHeard();
  }
}
