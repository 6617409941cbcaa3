import { describeUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { describeCheckpoints } from '../../constellation/test/conformance/checkpoints.js';
import { describeLog } from '../../constellation/test/conformance/log.js';
import type { StoreKind } from '../../constellation/test/conformance/store-kind.js';
import { openNatsConstellationStore } from '../src/index.js';
import { openTestBus, startNats } from './support.js';

const nats: StoreKind = {
  name: 'nats',
  open: async () => {
    const bus = await openTestBus([await startNats()]);
    const options = { bus, partition: 'p0', scratch: await temporaryFolder() };
    return {
      store: await openNatsConstellationStore(options),
      reopen: async (store) => {
        await store.close();
        return openNatsConstellationStore(options);
      },
    };
  },
};

describeUnless(
  missingNats(),
  'JetStream passes what the embedded engine passes (rule 14.1)',
  () => {
    describeLog(nats);
    describeCheckpoints(nats);
  },
);
