import { silentLogger } from '@omega-tv/types';
import { expect, it } from '@jest/globals';
import { createMemoryConstellationStore } from '../src/index.js';
import { createCohortKeys } from '../src/secrets.js';
import { Partition } from '../src/writer/partition.js';
import { ControlledStore } from './controlled-store.js';
import { until } from './support.js';

it('what waits for a state that cannot be loaded is refused with it, after one attempt (rule 5.18)', async () => {
  const store = new ControlledStore(createMemoryConstellationStore());
  const partition = await Partition.open({ store, logger: silentLogger, keys: createCohortKeys() });
  const step = async (): Promise<void> => {
    const { durable } = await partition.inTurn(() => partition.step({ kind: 'refused' }));
    await durable;
  };
  store.plan('fail');
  await expect(step()).rejects.toMatchObject({ code: 'http' });
  store.readsFail = true;
  const { loads } = store;
  const waiting = [step(), step(), step()];
  for (const one of waiting) await expect(one).rejects.toMatchObject({ code: 'http' });
  expect(store.loads).toBe(loads + 1);
  await expect(step()).rejects.toMatchObject({ code: 'http' });
  expect(store.loads).toBe(loads + 2);
  store.readsFail = false;
  await Promise.all([step(), step()]);
  expect(store.loads).toBe(loads + 3);
  expect(partition.state.counters.refused).toBe(2);
});

it('an append that fails is one line of the log, however many pushes wait for it', async () => {
  const store = new ControlledStore(createMemoryConstellationStore());
  const lines: string[] = [];
  const logger = { ...silentLogger, error: (_: object, line: string) => lines.push(line) };
  const partition = await Partition.open({ store, logger, keys: createCohortKeys() });
  const step = () => partition.inTurn(() => partition.step({ kind: 'refused' }));
  const failTogether = async (): Promise<void> => {
    store.plan('hold');
    const waiting = [await step(), await step(), await step()];
    await until(() => store.isHolding);
    store.settle('fail');
    for (const { durable } of waiting)
      await expect(durable).rejects.toMatchObject({ code: 'http' });
  };
  await failTogether();
  expect(lines).toHaveLength(1);
  await failTogether();
  expect(lines).toHaveLength(2);
});
