import { silentLogger } from '@omega-tv/types';
import { expect, it } from '@jest/globals';
import { createMemoryConstellationStore } from '../src/index.js';
import { createCohortKeys } from '../src/secrets.js';
import { Partition } from '../src/writer/partition.js';
import { ControlledStore } from './controlled-store.js';

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
