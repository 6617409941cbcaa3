import type { ClientFormat } from '@omega-tv/compression';
import { HEADERS } from './contract.js';
import type { TransportResponse } from './transport.js';

/** What a server answers that does not know a media type, or takes its body for another one's. */
const MEDIA_TYPE_UNKNOWN: ReadonlySet<number> = new Set([400, 415]);

/** Which of two formats a server is spoken to in. */
export class FormatChoice {
  #usesFallback = false;
  /** Errors of a server that did not say that it reads frames. */
  readonly #unread = new WeakSet();

  constructor(
    private readonly preferred: ClientFormat,
    private readonly fallback: ClientFormat | undefined,
  ) {}

  get current(): ClientFormat {
    return (this.#usesFallback ? this.fallback : undefined) ?? this.preferred;
  }

  /** Remembers whether a refusal may mean that the server does not know the format. */
  notice(error: object, { status, headers }: TransportResponse): void {
    const readsFrames = HEADERS.acceptPost.toLowerCase() in headers;
    if (MEDIA_TYPE_UNKNOWN.has(status) && !readsFrames) this.#unread.add(error);
  }

  /** Changes to the fallback where the error asks for it; true when it did. */
  fallBack(error: unknown): boolean {
    const isUnread = typeof error === 'object' && error !== null && this.#unread.has(error);
    if (this.#usesFallback || this.fallback === undefined || !isUnread) return false;
    this.#usesFallback = true;
    return true;
  }
}
