import type { Address } from './driver.js';

/** What is longer is left to loss recovery. */
const MAX_DATAGRAMS = 4;
/** Of one flight. */
const MAX_COPIES = 2;

export interface SentDatagram {
  readonly datagram: Buffer;
  readonly to: Address;
}

/**
 * The datagrams that were sent since the other side was last heard. Until the first exchange is over
 * they are kept, so that they can go again, bit by bit the same: the other side takes each packet once,
 * as when a network doubles it. Loss recovery alone would wait for a second (RFC 9002 section 6.2.2),
 * since it does not know the round trip yet; section 6.2.3 has flights of a handshake go again earlier.
 */
export class Flight {
  #datagrams: SentDatagram[] = [];
  #copies = 0;
  #isLast = false;
  #isOver = false;

  /** Notes what was sent. */
  add(sent: SentDatagram): void {
    if (!this.#isOver && this.#datagrams.length < MAX_DATAGRAMS) this.#datagrams.push(sent);
  }

  /** The other side was heard: what is sent from now on is another flight. */
  landed(): void {
    this.#datagrams = [];
    this.#copies = 0;
    this.#isOver ||= this.#isLast;
  }

  /** Nothing is kept any more once the other side is heard. */
  endWhenLanded(): void {
    this.#isLast = true;
  }

  /** Nothing is kept or repeated any more. */
  end(): void {
    this.#isOver = true;
    this.#datagrams = [];
  }

  /** @returns what goes again; empty where it has gone often enough. */
  copies(): readonly SentDatagram[] {
    this.#copies += 1;
    return this.#copies <= MAX_COPIES ? this.#datagrams : [];
  }
}
