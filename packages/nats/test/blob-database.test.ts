import { expect, it } from '@jest/globals';
import type { ConstellationStore } from '@omega-tv/constellation';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import {
  changeOf,
  deviceA,
  learnedState,
} from '../../constellation/test/conformance/stored-state.js';
import { openNatsConstellationStore } from '../src/index.js';
import { openTestBus, startNats } from './support.js';

describeUnless(missingNats(), 'a checkpoint on JetStream', () => {
  async function openOwner() {
    const bus = await openTestBus([await startNats()]);
    const open = async (): Promise<ConstellationStore> => {
      const scratch = await temporaryFolder();
      return openNatsConstellationStore({ bus, partition: 'p0', scratch });
    };
    const owner = await open();
    const save = (device: string): Promise<void> =>
      owner.checkpoints.save(changeOf(learnedState(), { devices: new Map([[device, deviceA]]) }));
    return { bus, open, owner, save };
  }

  it('is written whole again where NATS has lost a part of it (rule 14.17)', async () => {
    const { bus, open, owner, save } = await openOwner();
    await save('device-a');
    await save('device-b');
    const { jsm, names } = bus;
    const { state } = await jsm.streams.info(names.blobs);
    await jsm.streams.deleteMessage(names.blobs, state.first_seq);
    await save('device-c');
    const next = await open();
    for (const device of ['device-a', 'device-b', 'device-c']) {
      expect(await next.checkpoints.loadDevice(device)).toEqual(deviceA);
    }
    await next.close();
    await owner.close();
  });

  it('loses nothing that is saved while it is written whole (rules 5.17, 14.1)', async () => {
    const { open, owner, save } = await openOwner();
    const devices = Array.from({ length: 24 }, (_, i) => `device-${i}`);
    for (let i = 0; i < devices.length; i += 3) {
      const [first = '', second = '', third = ''] = devices.slice(i, i + 3);
      await save(first);
      await Promise.all([owner.compact(), save(second), owner.compact(), save(third)]);
    }
    const next = await open();
    for (const device of devices) {
      expect(await next.checkpoints.loadDevice(device)).toEqual(deviceA);
    }
    await next.close();
    await owner.close();
  });
});
