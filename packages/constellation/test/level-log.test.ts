import path from 'node:path';
import { onTestFinished } from '@omega-tv/test-support';
import { expect, it } from '@jest/globals';
import { LevelLog } from '../src/log/level-log.js';
import { openServerRecords } from '../src/store/open-server-records.js';
import { temporaryFolder } from './support.js';

it('is read once, though it is truncated and asked for its end while it is written (rule 5.18)', async () => {
  const directory = path.join(await temporaryFolder(), 'store');
  const records = await openServerRecords({ directory });
  onTestFinished(() => records.close());
  const log = new LevelLog(records);
  await log.append([Uint8Array.of(1)], 0);
  let reads = 0;
  const read = records.read.bind(records);
  records.read = (work) => {
    reads += 1;
    return read(work);
  };
  const appended = [log.append([Uint8Array.of(2)], 1), log.append([Uint8Array.of(3)], 2)];
  // Where the log was truncated before is one record, the only one that is read again.
  const last = log.lastSequence();
  await Promise.all([...appended, log.truncate(1)]);
  expect(await last).toBe(3);
  expect(reads).toBe(1);
  await log.append([Uint8Array.of(4)], 3);
  const found = [];
  for await (const { entry } of log.read(0)) found.push(entry[0]);
  expect(found).toEqual([2, 3, 4]);
});

it('asks the store again after a write that failed (rule 5.18)', async () => {
  const directory = path.join(await temporaryFolder(), 'store');
  const records = await openServerRecords({ directory });
  onTestFinished(() => records.close());
  const log = new LevelLog(records);
  await log.append([Uint8Array.of(1)], 0);
  const write = records.write.bind(records);
  // It arrives all the same.
  records.write = async (prepare) => {
    await write(prepare);
    throw new Error('input/output error');
  };
  await expect(log.append([Uint8Array.of(2)], 1)).rejects.toThrow('input/output');
  records.write = write;
  expect(await log.lastSequence()).toBe(2);
});
