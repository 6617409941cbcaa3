import type { Logger, SyncError } from '@omega-tv/types';

/** Logs exchanges, whatever carried them: all refusals, and of what went well one of many. */
export class ExchangeLog {
  readonly #every: number;
  #answered = 0;

  /** @param every of so many exchanges that went well one is logged. */
  constructor(every: number) {
    this.#every = every;
  }

  /**
   * @param answered what is said of the exchange; never a URL as it came, which holds what the client wrote.
   * @param refusal why it was refused; its message is not logged, since it shows values.
   */
  note(logger: Logger, answered: object, refusal?: SyncError): void {
    if (refusal !== undefined) {
      logger.warn({ ...answered, ...reasonOf(refusal) }, 'refused');
      return;
    }
    if (this.#answered % this.#every === 0) logger.info(answered, 'answered');
    this.#answered += 1;
  }
}

/** What says where the fault is, and nothing of whose pattern it was. */
function reasonOf({ code, details }: SyncError): object {
  return 'path' in details ? { code, path: details.path } : { code };
}
