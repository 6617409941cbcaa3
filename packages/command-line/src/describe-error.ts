import { isNativeError } from 'node:util/types';
import { describeSystemError, systemReason } from './system-errors.js';

/** An error for its user, in one line. */
export function describeError(error: unknown): string {
  const message = isNativeError(error) ? error.message : String(error);
  return toLine(describeSystemError(error) ?? message);
}

/** Why it came to an error: what the innermost of its causes says, in one line. */
export function describeCause(error: unknown): string {
  let inner = error;
  while (isNativeError(inner) && inner.cause !== undefined) inner = inner.cause;
  return toLine(systemReason(inner) ?? describeError(inner));
}

function toLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
