import { throwIfAborted } from './abort.js';
import type { TransportRequest } from './transport.js';

/**
 * Does work that the caller or the time may end: one signal for both. (axios's own timeout starts
 * anew with each chunk, so a server that drips bytes would never reach it.)
 * @throws what the work throws; the caller's reason where that ended it.
 */
export async function withDeadline<Result>(
  { timeoutMs, signal }: Pick<TransportRequest, 'timeoutMs' | 'signal'>,
  work: (deadline: AbortSignal) => Promise<Result>,
): Promise<Result> {
  throwIfAborted(signal);
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  const timer = setTimeout(abort, timeoutMs);
  signal?.addEventListener('abort', abort, { once: true });
  // Axios asks a signal to unsubscribe it before the answer's stream is closed: this one stays
  // connected, so that the abort below also ends an answer that was abandoned for its size.
  const deadline = Object.assign(controller.signal, { unsubscribe: () => undefined });
  try {
    return await work(deadline);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    clearTimeout(timer);
    abort();
    signal?.removeEventListener('abort', abort);
  }
}

/** Gives up waiting when the deadline comes; `undefined` then. */
export function untilDeadline<Result>(
  work: Promise<Result>,
  deadline: AbortSignal,
): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      resolve(undefined);
    };
    if (deadline.aborted) giveUp();
    deadline.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject);
  });
}
