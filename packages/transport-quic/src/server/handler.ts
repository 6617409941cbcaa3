import type { TransportResponse } from '@omega-tv/protocol';

/** A request as it came; a Constellation's server answers such ones. */
export interface IncomingQuicRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What answers requests, whoever carries them. */
export interface QuicHandler<Answer extends TransportResponse = TransportResponse> {
  /** Never rejects for what a client sent. */
  respond(request: IncomingQuicRequest): Promise<Answer>;
}

/** A request as it ended, for who counts and logs. */
export interface AnsweredQuicRequest<Answer> {
  readonly request: IncomingQuicRequest;
  readonly answer: Answer;
  readonly durationMs: number;
}
