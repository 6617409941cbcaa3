import { connect, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { openExistingBus, type Bus } from '@omega-tv/nats';

interface Blob {
  readonly bytes: number;
}

/** Looks at what a cluster leaves on NATS. */
export class BusMeter {
  readonly #connection: NatsConnection;
  readonly #bus: Bus;
  readonly #partitions: readonly string[];
  #appended = 0;

  private constructor(connection: NatsConnection, bus: Bus, partitions: number) {
    this.#connection = connection;
    this.#bus = bus;
    this.#partitions = Array.from({ length: partitions }, (_, i) => `p${i}`);
  }

  /** It counts what is appended from now on. */
  static async open(url: string, cluster: string, partitions: number): Promise<BusMeter> {
    const connection = await connect({ servers: url });
    const bus = await openExistingBus({ connection, cluster });
    const meter = new BusMeter(connection, bus, partitions);
    connection.subscribe(bus.names.log('*').subject, {
      callback: (_, message) => {
        if (!message.subject.endsWith('.publisher')) meter.#appended += sizeOf(message);
      },
    });
    await connection.flush();
    return meter;
  }

  /** To the logs of partitions so far: subjects, headers and entries, one copy. */
  async appendedBytes(): Promise<number> {
    await this.#connection.flush();
    return this.#appended;
  }

  /** What each node reads of a publication; 0 before the first. */
  async publicationBytes(): Promise<number> {
    const found = await this.#bus.state.get('publication');
    return found?.json<{ readonly blob: Blob }>().blob.bytes ?? 0;
  }

  /** Of all partitions, as they were saved last. */
  async checkpointBytes(): Promise<number> {
    let sum = 0;
    for (const partition of this.#partitions) {
      const found = await this.#bus.state.get(`checkpoint.${partition}`);
      const blobs = found?.json<{ readonly blobs: readonly Blob[] }>().blobs ?? [];
      sum += blobs.reduce((bytes, blob) => bytes + blob.bytes, 0);
    }
    return sum;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }
}

/** As it crosses the bus: subject, headers and payload. */
function sizeOf({ subject, headers, data }: Msg): number {
  let size = subject.length + data.length;
  // A line each: name, colon and space, value, line break.
  for (const [name, values] of headers ?? []) size += name.length + values.join('').length + 4;
  return size;
}
