import { describe, expect, it } from '@jest/globals';
import type { DeltaLog } from '../src/index.js';
import { createMemoryLog } from '../src/log/memory-log.js';
import { AppendQueue } from '../src/writer/append-queue.js';

/** A queue, what it wrote together, and the hand that ends its gathering. */
function openQueue() {
  const log = createMemoryLog();
  const written: number[] = [];
  const observed: DeltaLog = {
    ...log,
    append: (entries, expectedLast) => {
      written.push(entries.length);
      return log.append(entries, expectedLast);
    },
  };
  const gatherings: (() => void)[] = [];
  const gather = () => new Promise<void>((resolve) => gatherings.push(resolve));
  const queue = new AppendQueue(observed, gather);
  let next = 0;
  const add = (): Promise<void> => queue.add(Uint8Array.of((next += 1))).durable;
  return { add, written, gatherings, log };
}

async function gatheringBegins(gatherings: readonly unknown[]): Promise<void> {
  while (gatherings.length === 0) await Promise.resolve();
}

describe('entries on their way to the log (rule 4.3)', () => {
  it('wait for nobody where each comes alone', async () => {
    const { add, written, gatherings } = openQueue();
    for (let i = 0; i < 5; i += 1) await add();
    expect(written).toEqual([1, 1, 1, 1, 1]);
    expect(gatherings).toEqual([]);
  });

  it('gather a moment longer where the write before was shared, in their order', async () => {
    const { add, written, gatherings, log } = openQueue();
    await Promise.all([add(), add()]);
    const durable = [add()];
    await gatheringBegins(gatherings);
    durable.push(add(), add());
    expect(written).toEqual([2]);
    gatherings[0]?.();
    await Promise.all(durable);
    expect(written).toEqual([2, 3]);
    const read = [];
    for await (const { entry } of log.read(0)) read.push(entry[0]);
    expect(read).toEqual([1, 2, 3, 4, 5]);
  });

  it('wait for nobody again once one came alone', async () => {
    const { add, written, gatherings } = openQueue();
    await Promise.all([add(), add()]);
    const alone = add();
    await gatheringBegins(gatherings);
    gatherings[0]?.();
    await alone;
    await add();
    expect(written).toEqual([2, 1, 1]);
    expect(gatherings).toHaveLength(1);
  });
});
