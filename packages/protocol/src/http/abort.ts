/** Throws the signal's reason when it was aborted (AbortSignal.throwIfAborted needs Chromium 100). */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  throw reason instanceof Error
    ? reason
    : new DOMException('The operation was aborted', 'AbortError');
}
