/** A page that lives answers within milliseconds, also in the background. */
const ANSWER_WITHIN_MS = 1000;

interface Message {
  readonly kind: 'ask' | 'here';
  readonly holder: number;
}

/**
 * Tells the other pages of this origin that a holder of a store lives. No timer and no record says
 * so: who wants the store asks, and a page that is gone or frozen does not answer.
 */
export class TabPresence {
  readonly #channel: BroadcastChannel | undefined;
  #holder: number | undefined;

  constructor(name: string) {
    // Older engines lack it; there the page that was opened last takes the store.
    if (typeof BroadcastChannel === 'undefined') return;
    this.#channel = new BroadcastChannel(name);
    // In Node a channel would keep the process alive.
    (this.#channel as { unref?: () => void }).unref?.();
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
      if (data.kind === 'ask' && data.holder === this.#holder) this.#say('here', data.holder);
    });
  }

  /** From now on answers for this holder; for none where undefined. */
  answerFor(holder: number | undefined): void {
    this.#holder = holder;
  }

  /** Whether another page answers for the holder. */
  isAlive(holder: number): Promise<boolean> {
    const channel = this.#channel;
    if (channel === undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      const hear = ({ data }: MessageEvent<Message>): void => {
        if (data.kind === 'here' && data.holder === holder) settle(true);
      };
      const settle = (isAlive: boolean): void => {
        clearTimeout(timer);
        channel.removeEventListener('message', hear);
        resolve(isAlive);
      };
      const timer = setTimeout(settle, ANSWER_WITHIN_MS, false);
      channel.addEventListener('message', hear);
      this.#say('ask', holder);
    });
  }

  close(): void {
    this.#channel?.close();
  }

  #say(kind: Message['kind'], holder: number): void {
    const message: Message = { kind, holder };
    this.#channel?.postMessage(message);
  }
}
