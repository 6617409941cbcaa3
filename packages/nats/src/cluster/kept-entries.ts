import type { KvEntry } from '@nats-io/kv';
import type { Bus } from '../bus/bus.js';
import { isWrongSequence } from '../bus/wrong-sequence.js';

const MERGED = 'merged';
const PINNED = 'pinned';
/** So many times in the life of a pin it is renewed. */
const RENEWALS = 4;

type Sequences = Readonly<Record<string, number>>;

/** Owners may drop what a checkpoint of the publisher has learned. */
export async function tellMerged(bus: Bus, merged: ReadonlyMap<string, number>): Promise<void> {
  await bus.state.put(MERGED, JSON.stringify(Object.fromEntries(merged)));
}

/** Entries of a partition's log behind it are needed by others than its owner. */
export async function readKept({ state, leases }: Bus, partition: string): Promise<number> {
  const merged = sequencesOf(await state.get(MERGED)) ?? {};
  const pinned = sequencesOf(await leases.get(PINNED));
  const learned = merged[partition] ?? 0;
  return pinned === undefined ? learned : Math.min(learned, pinned[partition] ?? 0);
}

/**
 * Keeps what the checkpoint before the newest one lacks: NATS 2.9 was seen to lose the newest where a node
 * lost its disk and all were killed soon after; then the log still holds what is behind the one before.
 * @param others up to where others need no entry. Default: they need none.
 */
export function keepBehindFormer(
  others = (): Promise<number> => Promise.resolve(Infinity),
): (through: number) => Promise<number> {
  let former = 0;
  return async (through) => {
    const kept = Math.min(former, await others());
    former = through;
    return kept;
  };
}

/**
 * Keeps all entries that the publisher has not learned yet from being dropped, until it is let go or
 * this process ends. It returns undefined where another one does so.
 */
export async function pinEntries(bus: Bus): Promise<(() => Promise<void>) | undefined> {
  const { state, leases, leaseMs } = bus;
  const value = JSON.stringify(sequencesOf(await state.get(MERGED)) ?? {});
  let revision: number;
  try {
    revision = await leases.create(PINNED, value);
  } catch (error) {
    if (isWrongSequence(error)) return undefined;
    throw error;
  }
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    renewing = renewing
      .then(async () => {
        revision = await leases.update(PINNED, value, revision);
      })
      // It may have come all the same. Where the pin is lost, who reads the logs finds entries missing.
      .catch(async () => {
        const found = await leases.get(PINNED);
        if (found?.string() === value) ({ revision } = found);
      })
      .catch(() => undefined);
  }, leaseMs / RENEWALS);
  return async () => {
    clearInterval(timer);
    await renewing;
    await leases.delete(PINNED, { previousSeq: revision }).catch(() => undefined);
  };
}

function sequencesOf(found: KvEntry | null): Sequences | undefined {
  return found?.operation === 'PUT' ? found.json<Sequences>() : undefined;
}
