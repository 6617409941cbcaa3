import { CLOSE_CODES } from '../connection/close-codes.js';
import { Driver, type DriverOptions } from '../connection/driver.js';
import { encodeAnswer, type QuicAnswer } from '../wire/answer.js';
import type { QuicRequest } from '../wire/request.js';
import { OpenRequest } from './open-request.js';
import { problemOf, tooEarly } from './problem.js';

export interface PeerOptions extends Omit<
  DriverOptions,
  'onProgress' | 'onNothingNew' | 'isServer'
> {
  readonly maxRequestBytes: number;
  /** How long a client may take to send a request. Milliseconds. */
  readonly requestTimeoutMs: number;
  readonly answer: (request: QuicRequest) => Promise<QuicAnswer>;
  readonly onEstablished: () => void;
  readonly onEnd: () => void;
}

interface Arriving {
  readonly request: OpenRequest;
  readonly callOff: () => void;
}

/** One client, as a server sees it: its streams, and what is answered on them. */
export class Peer {
  readonly driver: Driver;
  readonly #options: PeerOptions;
  readonly #arriving = new Map<number, Arriving>();
  /** Streams whose answer is being worked out, or has not been received yet. */
  readonly #answering = new Set<number>();
  #isEstablished = false;
  #isClosing = false;
  #hasEnded = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.driver = new Driver({
      ...options,
      isServer: true,
      onProgress: () => {
        this.#proceed();
      },
      onNothingNew: () => {
        this.driver.repeat();
      },
    });
  }

  get isEstablished(): boolean {
    return this.#isEstablished;
  }

  /** True where nothing is being answered: what was, has arrived. */
  get isIdle(): boolean {
    for (const streamId of this.#answering) {
      if (this.#hasArrived(streamId)) this.#answering.delete(streamId);
    }
    return this.#answering.size === 0;
  }

  /** Takes no further request; what was asked is answered. */
  stopTaking(): void {
    this.#isClosing = true;
    for (const streamId of this.#arriving.keys()) this.#giveUp(streamId, CLOSE_CODES.done);
  }

  close(code: number = CLOSE_CODES.done): void {
    this.driver.close(code, '');
    this.#end();
  }

  #proceed(): void {
    const { connection } = this.driver;
    if (this.driver.hasEnded) {
      this.#end();
      return;
    }
    if (!this.#isEstablished && connection.isEstablished()) {
      this.#isEstablished = true;
      this.#options.onEstablished();
    }
    for (const streamId of [...connection.readable()]) this.#read(streamId);
  }

  #read(streamId: number): void {
    const { driver } = this;
    const arriving = this.#arriving.get(streamId) ?? this.#begin(streamId);
    if (arriving === undefined) return;
    const arrival = arriving.request.advance();
    if (arrival.kind === 'incomplete') return;
    arriving.callOff();
    this.#arriving.delete(streamId);
    if (arrival.kind === 'gone') {
      driver.abandon(streamId, CLOSE_CODES.abandoned);
      driver.flush();
      return;
    }
    this.#answering.add(streamId);
    if (arrival.kind === 'refused') {
      driver.stopReading(streamId, CLOSE_CODES.malformed);
      this.#write(streamId, problemOf(arrival.error));
    } else if (arriving.request.isEarly && !arrival.request.isRepeatable) {
      this.#write(streamId, problemOf(tooEarly()));
    } else {
      void this.#answer(streamId, arrival.request);
    }
  }

  #begin(streamId: number): Arriving | undefined {
    const { maxRequestBytes, timer, requestTimeoutMs } = this.#options;
    if (this.#isClosing) {
      this.driver.abandon(streamId, CLOSE_CODES.done);
      return undefined;
    }
    const request = new OpenRequest(this.driver, streamId, maxRequestBytes);
    const callOff = timer(() => {
      this.#giveUp(streamId, CLOSE_CODES.abandoned);
    }, requestTimeoutMs);
    const arriving = { request, callOff };
    this.#arriving.set(streamId, arriving);
    return arriving;
  }

  async #answer(streamId: number, request: QuicRequest): Promise<void> {
    const answer = await this.#options.answer(request);
    if (!this.#hasEnded) this.#write(streamId, answer);
  }

  /** What the client sends after an answer shows how long a round trip is. */
  #write(streamId: number, answer: QuicAnswer): void {
    this.driver.endRepeatsWhenHeard();
    this.driver.write(streamId, encodeAnswer(answer));
  }

  #giveUp(streamId: number, code: number): void {
    this.#arriving.get(streamId)?.callOff();
    this.#arriving.delete(streamId);
    this.driver.abandon(streamId, code);
    this.driver.flush();
  }

  /** quiche forgets a stream once all of it was acknowledged. */
  #hasArrived(streamId: number): boolean {
    if (this.driver.isWriting(streamId)) return false;
    try {
      this.driver.connection.streamCapacity(streamId);
      return false;
    } catch {
      return true;
    }
  }

  #end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const { callOff } of this.#arriving.values()) callOff();
    this.#arriving.clear();
    this.#answering.clear();
    this.driver.dispose();
    this.#options.onEnd();
  }
}
