import {
  atRandom,
  startHttpProxy,
  type HttpFault,
  type Listening,
  type Schedule,
} from '@omega-tv/fault-proxy';
import type { RandomSource } from '@omega-tv/types';

const WORKS: Schedule<HttpFault> = () => ({ kind: 'none' });

/** What a bad network does, each as often as the others. */
const FAULTS: readonly HttpFault[] = [
  { kind: 'lose-request' },
  { kind: 'cut-request', bytes: 60 },
  { kind: 'lose-answer' },
  { kind: 'cut-answer', bytes: 60 },
  { kind: 'duplicate' },
  { kind: 'portal', status: 200 },
  { kind: 'status', status: 502 },
];

/** How many requests met each fault. */
export type FaultsMet = ReadonlyMap<HttpFault['kind'], number>;

/** The network between the TVs and the Constellation: one hop on this machine. */
export class Network {
  #proxy: Listening | undefined;
  #schedule = WORKS;
  #met = new Map<HttpFault['kind'], number>();

  /** Where the TVs find the server, once it is open. */
  get url(): string {
    return this.#proxy?.url ?? '';
  }

  async open(serverUrl: string): Promise<void> {
    this.#proxy = await startHttpProxy({
      target: serverUrl,
      schedule: () => this.#schedule(),
      onExchange: ({ fault: { kind } }) => {
        this.#met.set(kind, (this.#met.get(kind) ?? 0) + 1);
      },
    });
  }

  /** @param rate the share of requests that meet a fault, 0 to 1. */
  fail(rate: number, random: RandomSource): void {
    this.#met = new Map();
    this.#schedule = atRandom(FAULTS, rate, random);
  }

  /** Resolves with what requests met since it began to fail; `none` are those that passed. */
  heal(): FaultsMet {
    this.#schedule = WORKS;
    const met = this.#met;
    this.#met = new Map();
    return met;
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }
}
