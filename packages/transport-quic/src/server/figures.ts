/** Since the server started; `connections` and `handshakes` as of now. */
export interface QuicFigures {
  readonly connections: number;
  readonly handshakes: number;
  readonly established: number;
  /** Connections that a ticket was shown for. */
  readonly resumed: number;
  /** Clients that were asked to prove their address. */
  readonly retries: number;
  /** Datagrams that belong to nothing, and those of connections that were too many. */
  readonly dropped: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}
