import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';

/** True where NATS knows no such stream. */
export function isStreamNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
}
