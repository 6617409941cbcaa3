import type { NativeConnection, Quiche } from '../native/load-quiche.js';
import { MAX_DATAGRAM_BYTES } from '../native/settings.js';
import { Flight, type SentDatagram } from './flight.js';
import type { Timer } from './timers.js';

/** An address of UDP. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface DriverOptions {
  readonly quiche: Quiche;
  readonly connection: NativeConnection;
  /** What the addon takes for this side's address; the same for as long as the connection lives. */
  readonly local: Address;
  readonly timer: Timer;
  readonly sendDatagram: (datagram: Buffer, to: Address) => void;
  /** Called whenever something may have changed: data to read, room to write, the end. */
  readonly onProgress: () => void;
  /** Whether the peer's address has to be proved first. */
  readonly isServer: boolean;
  /** Called for a datagram that held nothing new: a copy, say, since its sender heard nothing. */
  readonly onNothingNew?: () => void;
}

/** What a write has not taken yet. */
interface Unsent {
  readonly bytes: Buffer;
  sent: number;
}

/** What is read at a time. */
const CHUNK_BYTES = 16_384;
/** No packet fits. */
const NO_PACKET_BYTES = 1;
/** What an unproved address may get of what it sent (RFC 9000 section 8.1). */
const AMPLIFICATION = 3;
/** quiche rounds its time-outs down. */
const ROUNDING_MS = 1;

/**
 * Moves one connection on: it passes datagrams to the addon and takes them out of it, and wakes it
 * when one of its timers is due. (The addon's own clock is the machine's; `timer` only wakes it.)
 */
export class Driver {
  readonly connection: NativeConnection;
  readonly #options: DriverOptions;
  readonly #unsent = new Map<number, Unsent>();
  readonly #datagram = Buffer.allocUnsafe(MAX_DATAGRAM_BYTES);
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #callOff: (() => void) | undefined;
  #isDisposed = false;
  #received = 0;
  readonly #flight = new Flight();
  #hasRepeated = false;
  #receivedBytes = 0;
  #sentBytes = 0;

  constructor(options: DriverOptions) {
    this.connection = options.connection;
    this.#options = options;
  }

  /** Packets of the peer that were taken: what an attacker makes up is none. */
  get received(): number {
    return this.#received;
  }

  /** True once nothing can be sent or read any more. */
  get hasEnded(): boolean {
    return this.connection.isClosed() || this.connection.isDraining();
  }

  /** Takes a datagram; its bytes are decrypted in place. */
  receive(datagram: Buffer, from: Address): void {
    this.#receivedBytes += datagram.length;
    try {
      this.connection.recv(datagram, { from, to: this.#options.local });
    } catch {
      // What cannot be read is dropped; what ends the connection stands in it, and is told there.
    }
    const { recv } = this.connection.stats();
    if (recv > this.#received) this.#flight.landed();
    else this.#options.onNothingNew?.();
    this.#received = recv;
    this.advance();
  }

  /** Begins the handshake and sends nothing yet: from now on it is known whether early data may go. */
  begin(): void {
    this.connection.send(Buffer.alloc(NO_PACKET_BYTES));
  }

  /** Sends again what was sent since the peer was heard. @returns false where nothing went. */
  repeat(): boolean {
    const copies = this.#flight.copies();
    this.#hasRepeated ||= copies.length > 0;
    for (const sent of copies) this.#send(sent);
    return copies.length > 0;
  }

  /** Repeats nothing from now on: loss recovery knows the round trip. */
  endRepeats(): void {
    this.#flight.end();
  }

  /** As `endRepeats`, once the peer is heard. */
  endRepeatsWhenHeard(): void {
    this.#flight.endWhenLanded();
  }

  /** Writes a whole message to a stream, and ends that direction. */
  write(streamId: number, bytes: Buffer): void {
    this.#unsent.set(streamId, { bytes, sent: 0 });
    this.advance();
  }

  /** True while not all of a message has been taken. */
  isWriting(streamId: number): boolean {
    return this.#unsent.has(streamId);
  }

  /**
   * Reads what has arrived of a stream.
   * @returns undefined where its sender gave it up.
   */
  read(
    streamId: number,
  ): { readonly chunks: readonly Buffer[]; readonly isEnd: boolean } | undefined {
    const chunks: Buffer[] = [];
    try {
      while (this.connection.streamReadable(streamId)) {
        const taken = this.connection.streamRecv(streamId, this.#chunk);
        if (taken === null) break;
        chunks.push(Buffer.from(this.#chunk.subarray(0, taken[0])));
        if (taken[1]) return { chunks, isEnd: true };
      }
    } catch {
      return undefined;
    }
    return { chunks, isEnd: false };
  }

  /** Gives a stream up, both ways. @param code of docs/QUIC.md. */
  abandon(streamId: number, code: number): void {
    this.#unsent.delete(streamId);
    const { Read, Write } = this.#options.quiche.Shutdown;
    this.#shutDown(streamId, Read, code);
    this.#shutDown(streamId, Write, code);
  }

  /** Reads no more of a stream; an answer may still be written to it. */
  stopReading(streamId: number, code: number): void {
    this.#shutDown(streamId, this.#options.quiche.Shutdown.Read, code);
  }

  /** Tells the peer that it is over; what has been written and not been sent is lost. */
  close(code: number, reason: string): void {
    try {
      this.connection.close(true, code, Buffer.from(reason));
    } catch {
      // It is closed.
    }
    this.flush();
    this.#options.onProgress();
  }

  /** Forgets the connection: no timer is left, and nothing is sent any more. */
  dispose(): void {
    this.#isDisposed = true;
    this.#callOff?.();
    this.#callOff = undefined;
    this.#unsent.clear();
  }

  /**
   * Writes, says that something may have changed, sends what is to be sent, and sets the timer. What is
   * written to streams meanwhile shares the datagrams of what answers the peer: a request those that
   * end the handshake.
   */
  advance(): void {
    this.#writeRest();
    this.#options.onProgress();
    this.flush();
    // Of a connection that fails by itself the end is told to the peer first.
    if (this.hasEnded) this.#options.onProgress();
  }

  /** Sends what is to be sent, and sets the timer. */
  flush(): void {
    if (this.#isDisposed) return;
    for (let sent = this.#take(); sent !== null; sent = this.#take()) {
      const [size, { to }] = sent;
      const copy = { datagram: Buffer.from(this.#datagram.subarray(0, size)), to };
      this.#flight.add(copy);
      this.#send(copy);
    }
    this.#setTimer();
  }

  #send({ datagram, to }: SentDatagram): void {
    // quiche counts what it sends to an unproved address, and does not know of copies.
    const most = AMPLIFICATION * this.#receivedBytes;
    const isFree = !this.#hasRepeated || !this.#options.isServer || this.connection.isEstablished();
    if (!isFree && this.#sentBytes + datagram.length > most) return;
    this.#sentBytes += datagram.length;
    this.#options.sendDatagram(datagram, to);
  }

  #shutDown(
    streamId: number,
    side: Parameters<NativeConnection['streamShutdown']>[1],
    code: number,
  ): void {
    try {
      this.connection.streamShutdown(streamId, side, code);
    } catch {
      // That side is over.
    }
  }

  #take(): ReturnType<NativeConnection['send']> {
    try {
      return this.connection.send(this.#datagram);
    } catch {
      return null;
    }
  }

  #writeRest(): void {
    for (const [streamId, unsent] of this.#unsent) {
      try {
        const rest = unsent.bytes.subarray(unsent.sent);
        unsent.sent += this.connection.streamSend(streamId, rest, true) ?? 0;
      } catch {
        // The peer gave the stream up, or the connection ended: who waits for the answer learns it.
        unsent.sent = unsent.bytes.length;
      }
      if (unsent.sent >= unsent.bytes.length) this.#unsent.delete(streamId);
    }
  }

  #setTimer(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    const dueMs = this.connection.timeout();
    if (dueMs === null) return;
    this.#callOff = this.#options.timer(() => {
      this.connection.onTimeout();
      this.advance();
    }, dueMs + ROUNDING_MS);
  }
}
