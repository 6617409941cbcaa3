import { expect, it } from '@jest/globals';
import { describeUnless, syncErrorOf, temporaryFolder } from '@omega-tv/test-support';
import { Registry, type OpenMetricsContentType } from 'prom-client';
import { missingNats } from '@omega-tv/test-support/nats';
import { addClusterMetrics, ClusterNode, openNatsConstellationStore } from '../src/index.js';
import {
  bodyOf,
  devices,
  format,
  LEASE_MS,
  openNode,
  push,
  samplesOf,
  until,
} from './node-support.js';
import { openTestBus, startNats } from './support.js';

describeUnless(missingNats(), 'a cluster', () => {
  it('takes any push at any node, each decided once by the owner of its partition (rule 14.5)', async () => {
    const nats = await startNats();
    const owners = [
      await openNode(await openTestBus([nats], { leaseMs: LEASE_MS })),
      await openNode(await openTestBus([nats], { leaseMs: LEASE_MS })),
    ];
    const edge = await openNode(await openTestBus([nats], { leaseMs: LEASE_MS }), { role: 'edge' });
    await until(() => edge.isReady && owners.every(({ isReady }) => isReady));
    await until(() => owners.every(({ figures }) => figures.owned.length >= 2));
    await until(() => edge.isReady && owners.every(({ isReady }) => isReady));
    for (const device of devices) {
      await push(edge, device);
      await push(owners[0]!, device);
      await push(owners[1]!, device);
    }
    const reports = owners.map((one) => one.report());
    expect(samplesOf(owners)).toBe(devices.length * 12);
    expect(reports.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(2 * devices.length);
    expect(reports.every(({ devices: count }) => count > 0)).toBe(true);
    expect(edge.report()).toMatchObject({ devices: 0, samplesAccepted: 0 });
    const owned = owners.flatMap(({ figures }) => figures.owned).sort();
    expect(owned).toEqual(['p0', 'p1', 'p2', 'p3', 'publisher']);
  });

  it('counts k devices over all partitions, and all nodes have what one publishes (rules 14.6, 14.7)', async () => {
    const nats = await startNats();
    const nodes = [
      await openNode(await openTestBus([nats], { leaseMs: LEASE_MS })),
      await openNode(await openTestBus([nats], { leaseMs: LEASE_MS })),
    ];
    // Nine TVs are one too few, wherever they lie.
    for (const device of devices.slice(0, 9)) await push(nodes[0]!, device);
    const publisher = () => nodes.find(({ figures }) => figures.owned.includes('publisher'));
    await until(() => publisher()?.overview().cohorts.patterns.waiting === 1);
    expect(nodes.map(({ version }) => version)).toEqual([0, 0]);
    const perPartition = await Promise.all(
      devices.slice(0, 10).map(async (device) => (await nodes[0]!.recordsOf(device)).length),
    );
    expect(perPartition).toContain(0);
    await push(nodes[1]!, devices[9]!);
    await until(() => nodes.every(({ version }) => version === 1));
    const [first, second] = nodes.map(({ window }) => window!.newest!);
    expect(first!.hash).toBe(second!.hash);
    expect(first!.patterns).toHaveLength(1);
    // The answer of any node says so.
    const answers = await Promise.all(nodes.map(async (node) => node.sync(await bodyOf('tv-0'))));
    for (const answer of answers) {
      expect((await format.decodeGlobalPatterns(answer)).version).toBe(1);
    }
  });

  it('goes on when nodes come and go: nothing is lost, nothing counted twice (rule 14.9)', async () => {
    const nats = await startNats();
    const first = await openNode(await openTestBus([nats], { leaseMs: LEASE_MS }));
    await until(() => first.isReady && first.figures.owned.length === 5);
    for (const device of devices) await push(first, device);
    const second = await openNode(await openTestBus([nats], { leaseMs: LEASE_MS }));
    await until(() => second.figures.owned.length === 2);
    for (const device of devices) await push(first, device, 20);
    expect(samplesOf([first, second])).toBe(devices.length * 20);
    await first.close();
    await until(() => second.figures.owned.length === 5);
    for (const device of devices) await push(second, device, 21);
    expect(samplesOf([second])).toBe(devices.length * 21);
    // The connection of an owner that dies is all that others notice of it.
    const third = await openNode(await openTestBus([nats], { leaseMs: LEASE_MS }));
    await until(() => third.figures.owned.length === 2);
    expect(second.report().devices + third.report().devices).toBe(devices.length);
  });

  it('an owner that was replaced while it believes gives way, and takes its turn again (rule 14.3)', async () => {
    const nats = await startNats();
    const bus = await openTestBus([nats], { leaseMs: LEASE_MS });
    const node = await openNode(bus);
    await until(() => node.figures.owned.length === 5);
    for (const device of devices) await push(node, device);
    const taken = [];
    for (const partition of ['p0', 'p1', 'p2', 'p3']) {
      const scratch = await temporaryFolder();
      taken.push(await openNatsConstellationStore({ bus, partition, scratch }));
    }
    const lasts = await Promise.all(taken.map(({ log }) => log.lastSequence()));
    for (const device of devices) await push(node, device, 13);
    expect(samplesOf([node])).toBe(devices.length * 13);
    expect(lasts.every((last) => last > 0)).toBe(true);
    expect([...node.figures.leaseChanges.values()].every((count) => count >= 1)).toBe(true);
    for (const store of taken) {
      await expect(store.log.append([new Uint8Array(1)], await lastOf(store))).rejects.toThrow();
      await store.close();
    }
  });

  it('says of each partition who owns it, what waits, and how long its learning took (rule 14.6)', async () => {
    const nats = await startNats();
    const node = await openNode(await openTestBus([nats], { leaseMs: LEASE_MS }));
    const registry = new Registry<OpenMetricsContentType>();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    addClusterMetrics(registry, node);
    await until(() => node.figures.roundMs !== undefined);
    const printed = await registry.metrics();
    for (const partition of ['p0', 'p1', 'p2', 'p3']) {
      expect(printed).toContain(`omega_partition_owned{partition="${partition}"} 1`);
      expect(printed).toContain(`omega_partition_lag_entries{partition="${partition}"}`);
      expect(printed).toContain(`omega_publisher_seconds{part="fold",partition="${partition}"}`);
    }
    expect(printed).toContain('omega_publisher_seconds{part="publish",partition="publisher"}');
  });

  it('refuses another number of partitions than it was made with, and says 503 without an owner (rule 14.10)', async () => {
    const nats = await startNats();
    const bus = await openTestBus([nats], { leaseMs: LEASE_MS });
    const edge = await openNode(bus, { role: 'edge' });
    expect(edge.isReady).toBe(false);
    const error = await syncErrorOf(edge.sync(await bodyOf('tv-1')));
    expect(error).toMatchObject({ code: 'http', retryable: true, retryAfterMs: 5000 });
    for (const partitions of [5, 0, 257, 1.5]) {
      await expect(ClusterNode.open({ bus, format, partitions })).rejects.toMatchObject({
        code: 'invalid-config',
        details: { field: 'partitions' },
      });
    }
  });
});

/** A store that was replaced cannot say it any more. */
function lastOf({ log }: Awaited<ReturnType<typeof openNatsConstellationStore>>): Promise<number> {
  return log.lastSequence().catch(() => 0);
}
