import { StoreInUseError } from '../store-in-use-error.js';

const RETRY_MS = 3000;

export interface OpenWhenFreeOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called once, when it turns out that another page has the store open. */
  readonly onInUse?: () => void;
  /** Between two tries. Default: 3,000. */
  readonly retryMs?: number;
}

/**
 * Opens a store as soon as no other page has it open: the second page of a TV takes its turn when
 * the first is closed or dies.
 * @throws what `open` throws for any other reason; the signal's reason.
 * @example
 * ```ts
 * import 'fake-indexeddb/auto'; // in Node; a page has its own
 * import { openBrowserRecords, openWhenFree } from '@omega-tv/level/browser';
 *
 * const open = () => openBrowserRecords({ name: 'one', kind: 'words', layout: 1 });
 * const first = await open();
 * const second = openWhenFree(open, { retryMs: 1, onInUse: () => void first.close() });
 * await (await second).close();
 * console.log('had its turn'); // => had its turn
 * ```
 */
export async function openWhenFree<Store>(
  open: () => Promise<Store>,
  options: OpenWhenFreeOptions = {},
): Promise<Store> {
  const { signal, onInUse, retryMs = RETRY_MS } = options;
  for (let isFirst = true; ; isFirst = false) {
    if (signal?.aborted === true) throw abortReason(signal);
    try {
      return await open();
    } catch (error) {
      if (!(error instanceof StoreInUseError)) throw error;
      if (isFirst) onInUse?.();
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs));
  }
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new DOMException('Aborted', 'AbortError');
}
