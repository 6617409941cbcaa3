import { randomBytes } from 'node:crypto';
import type { Address } from '../connection/driver.js';
import type { Timer } from '../connection/timers.js';
import type { NativeConfig, Quiche } from '../native/load-quiche.js';
import { MAX_DATAGRAM_BYTES } from '../native/settings.js';
import type { QuicAnswer } from '../wire/answer.js';
import type { QuicRequest } from '../wire/request.js';
import { AddressRate } from './address-rate.js';
import type { QuicFigures } from './figures.js';
import { Peer } from './peer.js';
import { problemOf, tooMany } from './problem.js';
import { RetryTokens } from './retry-tokens.js';

export interface PeersOptions {
  readonly quiche: Quiche;
  readonly config: NativeConfig;
  readonly local: Address;
  readonly limits: {
    readonly connections: number;
    readonly handshakes: number;
    readonly perAddress: number;
    readonly requestBytes: number;
  };
  readonly timer: Timer;
  /** Of a clock that never jumps. */
  readonly nowMs: () => number;
  readonly answer: (request: QuicRequest) => Promise<QuicAnswer>;
  readonly sendDatagram: (datagram: Buffer, to: Address) => void;
}

const ID_BYTES = 16;
/** A client pads its first datagram to this, so that the answer is no amplification (RFC 9000 section 14.1). */
const LEAST_INITIAL_BYTES = 1200;
/** Who has not come so far by then is forgotten: its address may be another's. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const RETRY_LIFETIME_MS = 10_000;
/** How often a closing server looks whether its answers have arrived. */
const CLOSE_LOOK_MS = 10;

type Header = ReturnType<Quiche['Header']['fromSlice']>;

/** All clients of a server, told apart by the connection ids of their datagrams. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #byId = new Map<string, Peer>();
  readonly #peers = new Set<Peer>();
  readonly #tokens = new RetryTokens(RETRY_LIFETIME_MS);
  readonly #rate: AddressRate;
  readonly #figures = {
    ...{ handshakes: 0, established: 0, resumed: 0, retries: 0, dropped: 0 },
    ...{ receivedBytes: 0, sentBytes: 0 },
  };
  #isClosing = false;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#rate = new AddressRate(options.limits.perAddress);
  }

  figures(): QuicFigures {
    return { connections: this.#peers.size, ...this.#figures };
  }

  /** Takes any datagram, whatever it holds. */
  receive(datagram: Buffer, from: Address): void {
    this.#figures.receivedBytes += datagram.length;
    const header = this.#readHeader(datagram);
    const peer = header && this.#byId.get(idOf(header.dcid));
    if (peer !== undefined) peer.driver.receive(datagram, from);
    else if (header === undefined || !this.#welcome(header, datagram, from)) {
      this.#figures.dropped += 1;
    }
  }

  /** Answers what was asked, waits until that arrived, and tells all that it is over. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    for (const peer of this.#peers) peer.stopTaking();
    const untilMs = this.#options.nowMs() + graceMs;
    while (this.#options.nowMs() < untilMs && [...this.#peers].some((peer) => !peer.isIdle)) {
      await new Promise<void>((resolve) => {
        this.#options.timer(resolve, CLOSE_LOOK_MS);
      });
    }
    for (const peer of [...this.#peers]) peer.close();
  }

  #readHeader(datagram: Buffer): Header | undefined {
    try {
      return this.#options.quiche.Header.fromSlice(datagram, ID_BYTES);
    } catch {
      return undefined;
    }
  }

  /** @returns false for what begins no connection. */
  #welcome(header: Header, datagram: Buffer, from: Address): boolean {
    const { quiche, limits } = this.#options;
    if (this.#isClosing || datagram.length < LEAST_INITIAL_BYTES) return false;
    const isLong = header.ty !== quiche.Type.Short && header.ty !== quiche.Type.VersionNegotiation;
    if (isLong && !quiche.versionIsSupported(header.version)) {
      this.#reply(from, (out) => quiche.negotiateVersion(header.scid, header.dcid, out));
      return true;
    }
    if (header.ty !== quiche.Type.Initial || this.#peers.size >= limits.connections) return false;
    const token = header.token ?? new Uint8Array();
    if (token.length === 0) {
      if (this.#figures.handshakes >= limits.handshakes) this.#retry(header, from);
      else this.#accept(randomBytes(ID_BYTES), null, datagram, from, header.dcid);
      return true;
    }
    const chosenByClient = this.#tokens.validate(token, from, header.dcid, this.#options.nowMs());
    if (chosenByClient === undefined) return false;
    this.#accept(header.dcid, chosenByClient, datagram, from);
    return true;
  }

  /** Asks for the proof that this address is the client's, and keeps nothing. */
  #retry(header: Header, from: Address): void {
    const id = randomBytes(ID_BYTES);
    const token = this.#tokens.mint(from, header.dcid, id, this.#options.nowMs());
    this.#figures.retries += 1;
    this.#reply(from, (out) =>
      this.#options.quiche.retry(header.scid, header.dcid, id, token, header.version, out),
    );
  }

  #reply(to: Address, write: (out: Buffer) => number): void {
    const out = Buffer.alloc(MAX_DATAGRAM_BYTES);
    this.#send(out.subarray(0, write(out)), to);
  }

  #send(datagram: Buffer, to: Address): void {
    this.#figures.sentBytes += datagram.length;
    this.#options.sendDatagram(datagram, to);
  }

  #accept(
    id: Uint8Array,
    chosenByClient: Uint8Array | null,
    datagram: Buffer,
    from: Address,
    /** What the client calls the server until it knows the id. */
    alias: Uint8Array = id,
  ): void {
    const { quiche, config, local, timer, limits } = this.#options;
    const names = [...new Set([idOf(id), idOf(alias)])];
    const connection = quiche.Connection.accept(id, chosenByClient, local, from, config);
    let isPending = true;
    const settle = (): void => {
      if (isPending) this.#figures.handshakes -= 1;
      isPending = false;
    };
    const peer: Peer = new Peer({
      ...{ quiche, connection, local, timer },
      maxRequestBytes: limits.requestBytes,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      sendDatagram: (out, to) => {
        this.#send(out, to);
      },
      answer: (request) => this.#answer(request, from),
      onEstablished: () => {
        settle();
        callOff();
        this.#figures.established += 1;
        if (connection.isResumed()) this.#figures.resumed += 1;
      },
      onEnd: () => {
        settle();
        callOff();
        for (const name of names) this.#byId.delete(name);
        this.#peers.delete(peer);
      },
    });
    const callOff = timer(() => {
      peer.close();
    }, HANDSHAKE_TIMEOUT_MS);
    this.#figures.handshakes += 1;
    this.#peers.add(peer);
    for (const name of names) this.#byId.set(name, peer);
    peer.driver.receive(datagram, from);
    // What only looks like a first datagram leaves nothing behind.
    if (peer.driver.received === 0) peer.close();
  }

  #answer(request: QuicRequest, { host }: Address): Promise<QuicAnswer> {
    const { answer, limits, nowMs } = this.#options;
    if (this.#rate.take(host, nowMs())) return answer(request);
    return Promise.resolve(problemOf(tooMany(limits.perAddress)));
  }
}

function idOf(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1');
}
