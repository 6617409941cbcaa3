/** Why a side closes a connection or gives a stream up (RFC 9000, application error codes). */
export const CLOSE_CODES = {
  /** Nothing is wrong: the side goes away. */
  done: 0,
  /** The message is none, or is too long. */
  malformed: 1,
  /** It took too long, or is not wanted any more. */
  abandoned: 2,
  /** More than this side takes. */
  busy: 3,
} as const;
