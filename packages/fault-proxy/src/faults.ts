/** What happens to one HTTP exchange; `none` passes it on as it is. */
export type HttpFault =
  | { readonly kind: 'none' }
  /** The request reaches the server this much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The server handles the request; its answer leaves this much later. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The connection is reset, and the server never sees the request. */
  | { readonly kind: 'lose-request' }
  /** The server handles the request, and the connection is reset. */
  | { readonly kind: 'lose-answer' }
  /** Nothing is passed on, and nothing is answered. */
  | { readonly kind: 'silence' }
  /** This much of the request's body reaches the server; then both connections are reset. */
  | { readonly kind: 'cut-request'; readonly bytes: number }
  /** This much of the answer's body reaches the client; then its connection is reset. */
  | { readonly kind: 'cut-answer'; readonly bytes: number }
  /** The server gets the request twice, one after the other; the second answer is the answer. */
  | { readonly kind: 'duplicate' }
  /** The answer is encoded, whether or not the client asked for it. */
  | { readonly kind: 'encode'; readonly encoding: Encoding }
  /** The answer is a redirect to this base URL, with the path of the request. */
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  /** The answer is the login page of a network. */
  | { readonly kind: 'portal'; readonly status: 200 | 511 }
  /** The answer is this status, with Retry-After where one is given. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  /** Both bodies pass at this rate. */
  | { readonly kind: 'throttle'; readonly bitsPerSecond: number };

/** What happens to one TCP connection. */
export type TcpFault =
  | Extract<
      HttpFault,
      { readonly kind: 'none' | 'delay' | 'silence' | 'cut-request' | 'cut-answer' | 'throttle' }
    >
  | { /** Reset as soon as it is accepted. */ readonly kind: 'reset' };

export const ENCODINGS = ['gzip', 'deflate', 'br', 'zstd'] as const;

/** `zstd` is only said, not done: for clients that refuse what they cannot read. */
export type Encoding = (typeof ENCODINGS)[number];

/** Says what happens to the next exchange or connection. */
export type Schedule<Fault> = () => Fault;
