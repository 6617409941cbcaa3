import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';

const CODES: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

/** True where NATS refused a message since another one was there before it. */
export function isWrongSequence(error: unknown): boolean {
  return error instanceof JetStreamApiError && CODES.includes(error.code);
}
