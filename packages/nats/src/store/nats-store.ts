import { tmpdir } from 'node:os';
import {
  openCheckpoints,
  type ConstellationStore,
  type OpenedCheckpoints,
} from '@omega-tv/constellation';
import type { Bus } from '../bus/bus.js';
import { JetStreamLog } from '../log/jetstream-log.js';
import { BlobDatabase } from './blob-database.js';

export interface NatsStoreOptions {
  readonly bus: Bus;
  readonly partition: string;
  /** A folder for a copy of the checkpoint, removed when the store is closed. Default: the machine's. */
  readonly scratch?: string;
  /** Entries of the log behind it stay, though a checkpoint covers them up to `through`. Default: none. */
  readonly keepAfter?: (through: number) => Promise<number>;
  /** Called, once or more, where it is found that another owner has taken it over. */
  readonly onTakenOver?: () => void;
}

/**
 * Opens the store of a partition and takes it over: from now on whoever had it open before writes
 * nothing. The log is a stream, a checkpoint is blobs and the manifest that names them.
 * @throws SyncError `invalid-config` for what is no checkpoint; what NATS throws.
 */
export async function openNatsConstellationStore(
  options: NatsStoreOptions,
): Promise<ConstellationStore> {
  const log = await JetStreamLog.open(options);
  // The log first: then no checkpoint can come from an owner whose deltas this one does not know.
  await log.takeOver();
  const { checkpoints, compact, close } = await openNatsCheckpoints(options);
  return { log, checkpoints, compact, close };
}

/** A partition's checkpoint alone, taken over. */
export function openNatsCheckpoints(
  options: Omit<NatsStoreOptions, 'keepAfter'>,
): Promise<OpenedCheckpoints> {
  const { partition, scratch = tmpdir() } = options;
  const database = new BlobDatabase({ ...options, scratch });
  return openCheckpoints({ name: partition, database });
}
