import {
  answerHttps,
  answerQuic,
  createCertificate,
  STARTS,
  tvOnHttps,
  tvOnQuic,
  type Answering,
  type Certificate,
  type Start,
  type Tv,
  type TvOptions,
} from './exchanges.js';
import type { LinkConditions } from '@omega-tv/fault-proxy';

export interface MeasureOptions {
  readonly networks: readonly LinkConditions[];
  /** Of each kind. */
  readonly exchanges: number;
  /** TVs at once, each behind a network of its own. */
  readonly tvs: number;
  readonly seed: number;
  readonly onStage: (stage: string) => void;
  readonly signal: AbortSignal;
}

/** Of the exchanges that were answered. Milliseconds. */
export interface Spread {
  readonly medianMs: number;
  readonly p95Ms: number;
}

/** What exchanges of one kind took, in one network. */
export interface Measured {
  /** From the question to the answer. */
  readonly whole: Spread;
  /** Of that, while packets were on their way: the rest is what this machine computed. */
  readonly network: Spread;
  /** Of one exchange, both ways, headers included. */
  readonly bytes: number;
  readonly failed: number;
}

/** One network: both transports side by side. */
export interface NetworkRow {
  readonly network: LinkConditions;
  readonly start: Start;
  readonly https: Measured;
  readonly quic: Measured;
}

interface Carrier {
  readonly serve: (certificate: Certificate) => Promise<Answering>;
  readonly open: (options: TvOptions) => Promise<Tv>;
}

const CARRIERS: Readonly<Record<'https' | 'quic', Carrier>> = {
  https: { serve: answerHttps, open: tvOnHttps },
  quic: { serve: answerQuic, open: tvOnQuic },
};

/** Measures each network, transports and starts taking turns. */
export async function measureTransports(options: MeasureOptions): Promise<readonly NetworkRow[]> {
  const certificate = await createCertificate();
  const servers = {
    https: await CARRIERS.https.serve(certificate),
    quic: await CARRIERS.quic.serve(certificate),
  };
  const rows: NetworkRow[] = [];
  try {
    for (const conditions of options.networks) {
      for (const start of STARTS) {
        if (options.signal.aborted) return rows;
        options.onStage(`${nameOf(conditions)}, ${start}`);
        const measure = async (name: keyof typeof CARRIERS): Promise<Measured> => {
          const { port } = servers[name];
          const base = { port, certificate, conditions };
          return measureKind((seed) => CARRIERS[name].open({ ...base, seed }), start, options);
        };
        const https = await measure('https');
        rows.push({ network: conditions, start, https, quic: await measure('quic') });
      }
    }
  } finally {
    await Promise.all([servers.https.close(), servers.quic.close()]);
  }
  return rows;
}

export function nameOf({ roundTripMs, lossRate, bitsPerS }: LinkConditions): string {
  const speed = bitsPerS === undefined ? '' : `, ${bitsPerS / 1000} kbit/s`;
  return `${roundTripMs} ms, ${Math.round(100 * lossRate)} % lost${speed}`;
}

interface Taken {
  readonly wholeMs: number[];
  readonly networkMs: number[];
  bytes: number;
  failed: number;
}

async function measureKind(
  open: (seed: number) => Promise<Tv>,
  start: Start,
  { exchanges, tvs, seed, signal }: MeasureOptions,
): Promise<Measured> {
  const taken: Taken = { wholeMs: [], networkMs: [], bytes: 0, failed: 0 };
  const count = Math.min(tvs, exchanges);
  const all = Array.from({ length: count }, async (_, i) => {
    const tv = await open(seed * 1000 + i);
    try {
      // What is kept has to be had first.
      await tv.prepare(start);
      await tv.exchange(start);
      const before = tv.bytes();
      for (let n = i; n < exchanges && !signal.aborted; n += count) await takeOne(tv, start, taken);
      taken.bytes += tv.bytes() - before;
    } finally {
      await tv.close();
    }
  });
  await Promise.all(all);
  return {
    whole: spreadOf(taken.wholeMs),
    network: spreadOf(taken.networkMs),
    bytes: taken.bytes / Math.max(1, taken.wholeMs.length),
    failed: taken.failed,
  };
}

function spreadOf(ms: readonly number[]): Spread {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { medianMs: at(0.5), p95Ms: at(0.95) };
}

async function takeOne(tv: Tv, start: Start, taken: Taken): Promise<void> {
  await tv.prepare(start);
  const fromMs = performance.now();
  try {
    await tv.exchange(start);
    const toMs = performance.now();
    taken.wholeMs.push(toMs - fromMs);
    taken.networkMs.push(tv.networkMs(fromMs, toMs));
  } catch {
    taken.failed += 1;
  }
}
