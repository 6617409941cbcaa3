/** What a message over QUIC may hold. All caps are inclusive, and checked before memory is taken. */
export const QUIC_LIMITS = {
  maxPathBytes: 2048,
  maxFields: 64,
  /** Names and values of all fields. */
  maxFieldBytes: 8192,
  /** Of a request, unless a server says otherwise: the largest batch of frames. */
  maxRequestBytes: 16_384,
} as const;

/** Application-layer protocol (RFC 7301) of this framing; another layout takes another name. */
export const ALPN = 'omega-tv/1';
