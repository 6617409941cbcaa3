import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { monotonicMs, type Clock } from '@omega-tv/types';

/** Between two pushes of a probe. */
const EVERY_MS = 25;
/** A machine that is frozen is left. */
const TIMEOUT_MS = 500;

/**
 * A TV in each partition that pushes nothing, all the time: how long no machine takes its pushes is how
 * long its partition is away.
 */
export class Probes {
  readonly #urls: readonly string[];
  readonly #clock: Clock;
  /** Of each, when it was answered last. */
  readonly #answeredMs: number[];
  readonly #stopped = new AbortController();
  #running: Promise<unknown> = Promise.resolve();
  #longestMs = 0;

  private constructor(urls: readonly string[], partitions: number, clock: Clock) {
    this.#urls = urls;
    this.#clock = clock;
    this.#answeredMs = Array.from({ length: partitions }, () => monotonicMs(clock));
  }

  static async start(urls: readonly string[], partitions: number, clock: Clock): Promise<Probes> {
    const format = createNodeV1Format();
    const bodies = await Promise.all(
      Array.from({ length: partitions }, async (_, partition) => {
        const deviceId = deviceIn(partition, partitions);
        const timestamp = new Date(clock.nowMs()).toISOString();
        return (await format.encodeDelta({ deviceId, patterns: [], version: 1, timestamp })).bytes;
      }),
    );
    const probes = new Probes(urls, partitions, clock);
    probes.#running = Promise.all(bodies.map((body, i) => probes.#push(body, i)));
    return probes;
  }

  /** The longest that a partition has been away since it was asked last, in milliseconds. */
  takeLongestMs(): number {
    const nowMs = monotonicMs(this.#clock);
    const since = this.#answeredMs.map((answeredMs) => nowMs - answeredMs);
    const longest = Math.max(this.#longestMs, ...since);
    this.#longestMs = 0;
    return longest;
  }

  /** Resolves when a probe of each partition was answered after now. */
  async answered(signal: AbortSignal): Promise<void> {
    const nowMs = monotonicMs(this.#clock);
    while (this.#answeredMs.some((answeredMs) => answeredMs <= nowMs)) {
      await setTimeout(EVERY_MS, undefined, { signal });
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #push(body: Uint8Array, index: number): Promise<void> {
    const { signal } = this.#stopped;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      // As behind a load balancer: where one machine does not take it, the next one is asked.
      const url = this.#urls[attempt % this.#urls.length] ?? '';
      const beganMs = monotonicMs(this.#clock);
      if (await isTaken(url, body)) {
        const nowMs = monotonicMs(this.#clock);
        // The time that a push takes where nothing is wrong is no absence.
        const awayMs = Math.max(0, beganMs - (this.#answeredMs[index] ?? beganMs));
        this.#longestMs = Math.max(this.#longestMs, awayMs);
        this.#answeredMs[index] = nowMs;
      }
      await setTimeout(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function isTaken(url: string, body: Uint8Array): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/v1/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Uint8Array.from(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The name of a device whose hash lies in a partition (SPEC, rule 14.5). */
function deviceIn(partition: number, partitions: number): string {
  for (let i = 0; ; i += 1) {
    const name = `probe-${partition}-${i}`;
    const logical = createHash('sha256').update(name).digest()[0] ?? 0;
    if (Math.floor((logical * partitions) / 256) === partition) return name;
  }
}
