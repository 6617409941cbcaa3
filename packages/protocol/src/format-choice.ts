import type { ClientFormat } from '@omega-tv/compression';
import { monotonicMs, type Clock } from '@omega-tv/types';
import { HEADERS } from './contract.js';
import type { TransportResponse } from './http/transport.js';
import { isProblem } from './problem.js';

/** What a server answers that does not know a media type, or takes its body for another one's. */
const MEDIA_TYPE_UNKNOWN: ReadonlySet<number> = new Set([400, 415]);

/** How long the fallback is spoken before the preferred format is tried again: a server may learn it. */
const FALLBACK_MS = 24 * 60 * 60 * 1000;

/** Which of two formats a server is spoken to in. */
export class FormatChoice {
  /** When it changed to the fallback, by the clock that never jumps. */
  #fellBackAtMs: number | undefined;
  /** Errors of a Constellation that did not say that it reads frames. */
  readonly #unread = new WeakSet();

  constructor(
    private readonly preferred: ClientFormat,
    private readonly fallback: ClientFormat | undefined,
    private readonly clock: Clock,
  ) {}

  get current(): ClientFormat {
    return (this.#usesFallback ? this.fallback : undefined) ?? this.preferred;
  }

  get #usesFallback(): boolean {
    if (this.#fellBackAtMs === undefined) return false;
    return monotonicMs(this.clock) - this.#fellBackAtMs < FALLBACK_MS;
  }

  /**
   * Remembers whether a refusal means that the server does not know the format. Only one that bears
   * the mark of a Constellation does: proxies and login pages answer 400 too.
   */
  notice(error: object, { status, headers, body }: TransportResponse): void {
    const readsFrames = HEADERS.acceptPost.toLowerCase() in headers;
    if (MEDIA_TYPE_UNKNOWN.has(status) && !readsFrames && isOfConstellation(body)) {
      this.#unread.add(error);
    }
  }

  /** Changes to the fallback where the error asks for it; true when it did. */
  fallBack(error: unknown): boolean {
    const isUnread = typeof error === 'object' && error !== null && this.#unread.has(error);
    if (this.#usesFallback || this.fallback === undefined || !isUnread) return false;
    this.#fellBackAtMs = monotonicMs(this.clock);
    return true;
  }
}

function isOfConstellation(body: Uint8Array): boolean {
  try {
    return isProblem(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    return false;
  }
}
