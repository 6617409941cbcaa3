// The suite of the client's own stores: a package of it would need the client, whose tests need it.
// eslint-disable-next-line @nx/enforce-module-boundaries
import { describePatternStore } from '../../client/test/pattern-store-conformance.js';
import { createTv, kinds } from './support.js';

for (const kind of kinds) {
  describePatternStore(`AgentDB (${kind})`, async () => {
    const tv = await createTv(kind);
    return {
      store: (await tv.open()).store,
      reopen: async (store) => {
        await store.close();
        return (await tv.open()).store;
      },
    };
  });
}
