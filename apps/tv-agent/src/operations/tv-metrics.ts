import { Counter, Gauge, Histogram, Registry, type OpenMetricsContentType } from 'prom-client';
import type { MeasuredExchange, SyncMetrics } from '@omega-tv/client';
import type { FlashMeter } from './flash-meter.js';

const EXCHANGE_BUCKETS_S = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * What a TV does, as OpenMetrics: seconds, bytes and ratios. Labels say how an exchange ended
 * and what carried it: none names a device, a pattern or a title.
 */
export class TvMetrics implements SyncMetrics {
  readonly contentType = Registry.OPENMETRICS_CONTENT_TYPE;
  readonly #registry = new Registry<OpenMetricsContentType>();
  readonly #exchanges: Counter<'outcome'>;
  readonly #requests: Counter<'transport'>;
  readonly #seconds: Histogram;
  readonly #sent: Counter;
  readonly #received: Counter;
  readonly #patterns: Counter;
  readonly #titles: Counter;
  readonly #fidelity: Gauge<'statistic'>;
  readonly #pushes: Gauge;
  readonly #outboxBytes: Gauge;
  readonly #age: Gauge;

  constructor(private readonly flash: FlashMeter) {
    this.#registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [this.#registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    this.#exchanges = new Counter({
      name: 'omega_tv_exchanges_total',
      help: 'Exchanges, by how they ended',
      labelNames: ['outcome'],
      registers,
    });
    this.#requests = new Counter({
      name: 'omega_tv_requests_total',
      help: 'Requests answered, by what carried them',
      labelNames: ['transport'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'omega_tv_exchange_seconds',
      help: 'How long exchanges took',
      buckets: EXCHANGE_BUCKETS_S,
      registers,
    });
    this.#sent = counter('omega_tv_sent_bytes_total', 'Bytes of bodies sent and answered');
    this.#received = counter('omega_tv_received_bytes_total', 'Bytes of bodies received');
    this.#patterns = counter('omega_tv_pushed_patterns_total', 'Patterns pushed');
    this.#titles = counter('omega_tv_reported_titles_total', 'Completed titles reported');
    this.#fidelity = new Gauge({
      name: 'omega_tv_push_fidelity_ratio',
      help: 'Cosine of pushed embeddings to the true ones, in the last exchange that pushed',
      labelNames: ['statistic'],
      registers,
    });
    this.#pushes = gauge('omega_tv_outbox_pushes', 'Begun pushes that wait for an answer');
    this.#outboxBytes = gauge('omega_tv_outbox_bytes', 'What their patterns take, about');
    this.#age = gauge('omega_tv_outbox_age_seconds', 'How long the oldest of them has waited');
    this.#addFlash();
  }

  exchangeEnded(exchange: MeasuredExchange): void {
    const { outbox, fidelity, writtenBytes } = exchange;
    this.#exchanges.inc({ outcome: exchange.outcome });
    this.#seconds.observe(exchange.durationMs / 1000);
    this.#sent.inc(exchange.bytesSent);
    this.#received.inc(exchange.bytesReceived);
    this.#patterns.inc(exchange.patternsPushed);
    this.#titles.inc(exchange.titlesReported);
    this.#pushes.set(outbox.pushes);
    this.#outboxBytes.set(outbox.bytes);
    this.#age.set(exchange.outboxAgeMs / 1000);
    if (fidelity !== undefined) {
      this.#fidelity.set({ statistic: 'mean' }, fidelity.meanCosine);
      this.#fidelity.set({ statistic: 'min' }, fidelity.minCosine);
    }
    if (writtenBytes !== undefined) this.flash.read(writtenBytes);
  }

  /** A request was answered, whatever the answer. */
  answeredOver(transport: 'quic' | 'https'): void {
    this.#requests.inc({ transport });
  }

  /** All of it as text, for a scraper. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  #addFlash(): void {
    const { flash } = this;
    const registers = [this.#registry];
    new Counter({
      name: 'omega_tv_flash_written_bytes_total',
      help: 'Bytes of records handed to the store since it was opened',
      registers,
      collect() {
        this.reset();
        this.inc(flash.totalBytes);
      },
    });
    new Gauge({
      name: 'omega_tv_flash_written_last_day_bytes',
      help: 'The same within the last 24 hours',
      registers,
      collect() {
        this.set(flash.lastDayBytes);
      },
    });
  }
}
