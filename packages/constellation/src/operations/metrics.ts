import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';
import {
  monotonicMs,
  systemClock,
  type Clock,
  type GlobalPatterns,
  type SyncErrorCode,
  type SyncWindow,
} from '@omega-tv/types';
import { PATHS } from '@omega-tv/protocol';
import type { Constellation, ConstellationReport } from '../constellation.js';
import { REQUEST_BUCKETS_S } from './request-buckets.js';

/** What metrics read of a Constellation. */
export type ObservedConstellation = Pick<Constellation, 'report' | 'window' | 'log'>;

/** A request as it ended. */
export interface AnsweredRequest {
  readonly method: string;
  /** The route's pattern, never the URL. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Why it was refused. */
  readonly code?: SyncErrorCode;
  /** Of the answer to a push that was taken. */
  readonly protocol?: SyncProtocol;
  /** What carried it. Default: http. */
  readonly transport?: 'http' | 'quic';
}

type SyncProtocol = 'v1' | 'v2';

/** What `ServerMetrics` reads of a server's load. */
interface Load {
  readonly pending: number;
  readonly shed: number;
  stretch(window: SyncWindow): SyncWindow;
}

/** Since the server started. */
export interface Figures {
  /** Pushes that were taken. */
  readonly syncs: Readonly<Record<SyncProtocol, number>>;
  /** Requests that were refused, by the code of their problem. */
  readonly refusals: Readonly<Record<string, number>>;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Pushes that took no longer than each of `REQUEST_BUCKETS_S`, then all. */
  readonly durations: readonly number[];
  readonly publications: { readonly count: number; readonly seconds: number };
  readonly load: { readonly pending: number; readonly shed: number };
}

export interface MetricsOptions {
  /** Times publications. Default: the machine's. */
  readonly clock?: Clock;
}

const PUBLICATION_BUCKETS_S = [0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5];

/**
 * Counts what a server does, as OpenMetrics. Its labels are routes, statuses and codes: none names a
 * device or a title.
 * @example
 * ```ts
 * import {
 *   Constellation,
 *   createMemoryConstellationStore,
 *   createServer,
 *   ServerMetrics,
 * } from '@omega-tv/constellation';
 * import { createNodeV1Format } from '@omega-tv/compression/node';
 *
 * const store = createMemoryConstellationStore();
 * const constellation = await Constellation.open({ store, format: createNodeV1Format() });
 * const metrics = new ServerMetrics(constellation);
 * const server = createServer(constellation, { metrics });
 * await server.inject('/api/v1/health');
 * const text = await metrics.print();
 * console.log(/omega_requests_total\{.*route="\/api\/v1\/health".*\} (\d)/.exec(text)?.[1]); // => 1
 * await server.close();
 * await constellation.close();
 * ```
 */
export class ServerMetrics {
  /** Of what `print` returns. */
  readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #clock: Clock;
  readonly #requests;
  readonly #refusals;
  readonly #seconds;
  readonly #received;
  readonly #sent;
  readonly #syncs;
  readonly #transports;
  readonly #publications;
  #load: Load | undefined;

  constructor(constellation: ObservedConstellation, options: MetricsOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [this.#registry];
    this.#requests = new Counter({
      name: 'omega_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#refusals = new Counter({
      name: 'omega_refusals_total',
      help: 'Requests refused, by the code of their problem',
      labelNames: ['code', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'omega_request_seconds',
      help: 'From the head of a request to the end of its answer',
      labelNames: ['route'],
      buckets: REQUEST_BUCKETS_S,
      registers,
    });
    this.#received = new Counter({
      name: 'omega_received_bytes_total',
      help: 'Bytes of bodies received',
      registers,
    });
    this.#sent = new Counter({
      name: 'omega_sent_bytes_total',
      help: 'Bytes of bodies sent',
      registers,
    });
    this.#syncs = new Counter({
      name: 'omega_syncs_total',
      help: 'Pushes taken, by the protocol of their answer',
      labelNames: ['protocol'],
      registers,
    });
    this.#transports = new Counter({
      name: 'omega_transport_requests_total',
      help: 'Requests answered, by what carried them',
      labelNames: ['transport'],
      registers,
    });
    this.#publications = new Histogram({
      name: 'omega_publication_seconds',
      help: 'What a publication takes, durable write included',
      buckets: PUBLICATION_BUCKETS_S,
      registers,
    });
    addBooks(this.#registry, constellation);
    collectDefaultMetrics({ register: this.#registry, prefix: 'omega_' });
  }

  /** For figures of one's own. */
  get registry(): Registry<OpenMetricsContentType> {
    return this.#registry;
  }

  count(answered: AnsweredRequest): void {
    const { method, route, status, durationMs, code, protocol, ...bytes } = answered;
    this.#transports.inc({ transport: answered.transport ?? 'http' });
    this.#requests.inc({ method, route, status });
    this.#seconds.observe({ route }, durationMs / 1000);
    this.#received.inc(bytes.receivedBytes);
    this.#sent.inc(bytes.sentBytes);
    if (code !== undefined) this.#refusals.inc({ code, status });
    if (protocol !== undefined) this.#syncs.inc({ protocol });
  }

  /** The figures that the dashboard shows, out of the same registry. */
  async read(): Promise<Figures> {
    const refusals: Record<string, number> = {};
    for (const { labels, value } of (await this.#refusals.get()).values) {
      const code = String(labels.code);
      refusals[code] = (refusals[code] ?? 0) + value;
    }
    const syncs = { v1: 0, v2: 0 };
    for (const { labels, value } of (await this.#syncs.get()).values) {
      syncs[labels.protocol as SyncProtocol] = value;
    }
    const durations = (await this.#seconds.get()).values
      .filter(({ metricName, labels }) => isBucket(metricName) && labels.route === PATHS.sync)
      .map(({ value }) => value);
    const published = (await this.#publications.get()).values;
    const publicationOf = (part: string): number =>
      published.find(({ metricName }) => metricName?.endsWith(part))?.value ?? 0;
    return {
      syncs,
      refusals,
      receivedBytes: (await this.#received.get()).values[0]?.value ?? 0,
      sentBytes: (await this.#sent.get()).values[0]?.value ?? 0,
      durations,
      publications: { count: publicationOf('_count'), seconds: publicationOf('_sum') },
      load: { pending: this.#load?.pending ?? 0, shed: this.#load?.shed ?? 0 },
    };
  }

  /** The window that TVs are told under the load of now. */
  stretch(window: SyncWindow): SyncWindow {
    return this.#load?.stretch(window) ?? window;
  }

  /** Measures the publications of a Constellation: `startPublishing` takes what it returns. */
  timePublications(constellation: Pick<Constellation, 'publish'>) {
    return {
      publish: async (): Promise<GlobalPatterns | undefined> => {
        const startMs = monotonicMs(this.#clock);
        try {
          return await constellation.publish();
        } finally {
          this.#publications.observe((monotonicMs(this.#clock) - startMs) / 1000);
        }
      },
    };
  }

  /** Shows the load of a server; `createServer` calls it. */
  watchLoad(load: Load): void {
    this.#load = load;
    addGauge(this.#registry, 'omega_pending_pushes', 'Pushes that wait', () => load.pending);
    addCounter(this.#registry, 'omega_shed_pushes_total', 'Pushes answered 503, unread', () => {
      return [[{}, load.shed]];
    });
  }

  /** All of it as text, for a scraper. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }
}

type Readings = readonly (readonly [Readonly<Record<string, string>>, number])[];
type AnyRegistry = Registry<OpenMetricsContentType>;

function isBucket(name: string | undefined): boolean {
  return name?.endsWith('_bucket') === true;
}

/** What the store's books say; they outlive the process. */
function addBooks(registry: AnyRegistry, constellation: ObservedConstellation): void {
  const read = (name: keyof Omit<ConstellationReport, 'epoch'>) => () =>
    constellation.report()[name];
  addGauge(registry, 'omega_devices', 'Devices known', read('devices'));
  addGauge(registry, 'omega_version', 'The newest version', read('version'));
  addGauge(registry, 'omega_snapshot_bytes', 'The newest version as a whole', () => {
    return constellation.window?.frameOfNewest(undefined)?.length ?? 0;
  });
  addGauge(registry, 'omega_log_entries', 'Entries of the log that no checkpoint covers', () => {
    return constellation.log.entries;
  });
  addGauge(registry, 'omega_log_bytes', 'Bytes of these entries', () => constellation.log.bytes);
  addCounter(registry, 'omega_samples_total', 'Samples accepted', () => {
    return [[{}, constellation.report().samplesAccepted]];
  });
  addCounter(registry, 'omega_deltas_total', 'Deltas by outcome', () => {
    const { deltasApplied, duplicates, refused } = constellation.report();
    return [
      [{ outcome: 'applied' }, deltasApplied],
      [{ outcome: 'duplicate' }, duplicates],
      [{ outcome: 'refused' }, refused],
    ];
  });
}

function addGauge(registry: AnyRegistry, name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
}

/** A counter that is kept elsewhere. */
function addCounter(registry: AnyRegistry, name: string, help: string, read: () => Readings): void {
  new Counter({
    name,
    help,
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [labels, value] of read()) this.inc(labels, value);
    },
  });
}
