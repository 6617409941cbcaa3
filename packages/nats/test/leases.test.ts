import { expect, it } from '@jest/globals';
import { describeUnless, syncErrorOf } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { Leases } from '../src/cluster/leases.js';
import { openTestBus, startNats } from './support.js';

describeUnless(missingNats(), 'leases', () => {
  it('stay with their node where it was not answered in time (rule 14.9)', async () => {
    const bus = await openTestBus([await startNats()], { leaseMs: 60_000 });
    const node = new Leases(bus, 'node-a');
    // What the same node wrote, and did not hear of.
    const unheard = new Leases(bus, 'node-a');
    expect(await unheard.acquire('p0')).toBe(true);
    expect(await node.acquire('p0')).toBe(true);
    expect(await unheard.renew('p0')).toBe(true);
    expect(await node.renew('p0')).toBe(true);
    const other = new Leases(bus, 'node-b');
    expect(await other.acquire('p0')).toBe(false);
    await node.release('p0');
    expect(await other.acquire('p0')).toBe(true);
    expect(await node.renew('p0')).toBe(false);
  });

  it('last as long as the cluster was made with; a node that would have another one is refused (rule 14.9)', async () => {
    const nats = await startNats();
    await openTestBus([nats], { leaseMs: 700 });
    expect((await openTestBus([nats])).leaseMs).toBe(700);
    expect(await syncErrorOf(openTestBus([nats], { leaseMs: 900 }))).toMatchObject({
      code: 'invalid-config',
      details: { field: 'leaseMs' },
    });
  });
});
