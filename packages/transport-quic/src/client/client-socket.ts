import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import type { Address } from '../connection/driver.js';

export interface ClientSocketOptions {
  readonly remote: Address;
  readonly onDatagram: (datagram: Buffer) => void;
  /** Nothing listens there (ICMP). */
  readonly onRefused: () => void;
}

/** A socket for one server. Where this machine's address changes it is opened anew, under another port. */
export class ClientSocket {
  readonly #options: ClientSocketOptions;
  #socket: Socket | undefined;
  #opening: Promise<void> | undefined;
  #isHeld = true;
  #isClosed = false;

  private constructor(options: ClientSocketOptions) {
    this.#options = options;
  }

  /** @throws Error of Node where there is no such network. */
  static async open(options: ClientSocketOptions): Promise<ClientSocket> {
    const socket = new ClientSocket(options);
    await socket.rebind();
    return socket;
  }

  /** What is sent while no socket is open is lost, as on any network; QUIC sends it again. */
  send(datagram: Buffer): void {
    this.#socket?.send(datagram, (error) => {
      if (error !== null) this.#failed(error);
    });
  }

  /** Sends from another port from now on, and from the address that this machine has now. */
  rebind(): Promise<void> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Whether it keeps the process alive: while an answer is waited for. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#socket?.ref();
    else this.#socket?.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#replace(undefined);
  }

  async #open(): Promise<void> {
    const { remote, onDatagram } = this.#options;
    const socket = createSocket(isIPv6(remote.host) ? 'udp6' : 'udp4');
    socket.on('message', onDatagram);
    socket.connect(remote.port, remote.host);
    try {
      await once(socket, 'connect');
    } catch (error) {
      socket.close();
      throw error;
    }
    socket.on('error', (error) => {
      if (socket === this.#socket) this.#failed(error);
    });
    if (this.#isClosed) socket.close();
    else this.#replace(socket);
  }

  #replace(socket: Socket | undefined): void {
    this.#socket?.close();
    this.#socket = socket;
    this.hold(this.#isHeld);
  }

  /** An address that is gone is replaced; the datagram is lost. */
  #failed(error: Error & { code?: string }): void {
    if (this.#isClosed) return;
    if (error.code === 'ECONNREFUSED') this.#options.onRefused();
    else this.rebind().catch(() => undefined);
  }
}
