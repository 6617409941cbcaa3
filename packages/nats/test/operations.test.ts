import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { backupStore, readReport, restoredEntries, restoreStore } from '@omega-tv/constellation';
import {
  describeUnless,
  onTestFinished,
  syncErrorOf,
  temporaryFolder,
} from '@omega-tv/test-support';
import { missingNats, type NatsNode } from '@omega-tv/test-support/nats';
import type { ClusterNode } from '../src/index.js';
import {
  backupCluster,
  forgetInCluster,
  openExistingBus,
  readClusterReport,
  repartitionCluster,
  restoreCluster,
  type Bus,
} from '../src/index.js';
import { bodyOf, devices, LEASE_MS, openNode, push, samplesOf, until } from './node-support.js';
import { connectTo, openTestBus, startNats } from './support.js';

const openBusAt = (nats: NatsNode) => openTestBus([nats], { leaseMs: LEASE_MS });

/** A node that owns all of it. */
async function openWhole(nats: NatsNode, partitions: number | 'any' = 'any'): Promise<ClusterNode> {
  const node = await openNode(await openBusAt(nats), { partitions });
  await until(() => node.isReady && node.figures.orphaned.length === 0);
  await until(() => node.figures.owned.includes('publisher'));
  return node;
}

/** What the publisher has published: the number of its patterns. */
function patternsOf(node: ClusterNode): number {
  return node.window?.newest?.patterns.length ?? 0;
}

/** All that a name's NATS holds is gone. */
async function wipe({ jsm }: Bus): Promise<void> {
  for await (const { config } of jsm.streams.list()) await jsm.streams.delete(config.name);
}

const options = async (bus: Bus) => ({ bus, scratch: await temporaryFolder() });

describeUnless(missingNats(), 'operations on a cluster', () => {
  it('a backup of a running cluster, restored where it is lost, has all that was decided by then: the books balance (rules 14.11, 14.12)', async () => {
    const nats = await startNats();
    const first = await openWhole(nats, 4);
    for (const device of devices) await push(first, device);
    await until(() => first.version > 0);
    const [bus, folder] = [await openBusAt(nats), await temporaryFolder()];
    const file = path.join(folder, 'cluster.backup');
    await backupCluster(file, await options(bus));
    // It goes on, and is lost.
    for (const device of devices.slice(0, 10)) await push(first, device, 20);
    const lost = first.report();
    expect(lost.samplesAccepted).toBe(24 * 12 + 10 * 8);
    const lostVersion = first.version;
    await first.close();
    await wipe(bus);

    const again = await openTestBus([nats], { leaseMs: LEASE_MS, cluster: 'again' });
    await restoreCluster(file, { ...(await options(again)), partitions: 3 });
    expect(await readClusterReport(await options(again))).toMatchObject({
      ...{ devices: 24, deltasApplied: 24, samplesAccepted: 24 * 12 },
    });
    const node = await openNode(
      await openTestBus([nats], { leaseMs: LEASE_MS, cluster: 'again' }),
      { partitions: 'any' },
    );
    await until(() => node.isReady && node.version > lostVersion);
    expect(node.version).toBeGreaterThan(Date.UTC(2026, 0, 1));
    expect(node.report().epoch).not.toBe(lost.epoch);
    expect(patternsOf(node)).toBe(1);
    for (const device of devices) await push(node, device, 20);
    expect(node.report()).toMatchObject({ devices: 24, samplesAccepted: 24 * 20 });
  });

  it('a backup of a cluster that is busy is of one moment: what is learned is what is counted (rule 14.11)', async () => {
    const nats = await startNats();
    // Each look at the clock is half a minute later: checkpoints are saved and logs truncated all the time.
    let looks = 0;
    const clock = { nowMs: () => Date.UTC(2026, 10, 22), monotonicMs: () => 31_000 * (looks += 1) };
    const node = await openNode(await openBusAt(nats), { partitions: 3, clock });
    let isOver = false;
    onTestFinished(() => (isOver = true));
    const pushing = devices.map(async (device, i) => {
      for (let samples = 1; !isOver; samples += 1 + (i % 3)) await push(node, device, samples);
    });
    const [bus, folder] = [await openBusAt(nats), await temporaryFolder()];
    const counted: number[] = [];
    for (const name of ['first', 'second', 'third']) {
      const atLeast = counted.at(-1) ?? 0;
      await until(() => node.report().samplesAccepted > atLeast);
      const file = path.join(folder, name);
      await backupCluster(file, await options(bus));
      let known = 0;
      for await (const entry of restoredEntries(file)) {
        if (entry.kind === 'device') known += 1;
        if (entry.kind !== 'head') continue;
        const { counters, federationCounters } = entry.value;
        expect(federationCounters.samples).toBe(counters.samplesAccepted);
        expect(known).toBe(counters.devices);
        counted.push(counters.samplesAccepted);
      }
    }
    isOver = true;
    await Promise.all(pushing);
    expect(counted).toHaveLength(3);
    expect(counted).toEqual([...counted].sort((a, b) => a - b));
    expect(new Set(counted).size).toBe(3);
  });

  it('a backup leaves what is in open cohorts out, and is one of a folder as well (rule 14.11)', async () => {
    const nats = await startNats();
    const node = await openWhole(nats, 2);
    for (const device of devices.slice(0, 9)) await push(node, device);
    await until(() => node.overview().cohorts.patterns.waiting === 1);
    const [bus, folder] = [await openBusAt(nats), await temporaryFolder()];
    const [file, copy] = [path.join(folder, 'b'), path.join(folder, 'copy')];
    await backupCluster(file, await options(bus));
    const bytes = await readFile(file);
    expect(bytes.includes('sinceMs')).toBe(false);
    for (const device of devices) expect(bytes.includes(`"${device}"`)).toBe(false);
    await restoreStore(file, copy);
    expect(await readReport(copy)).toMatchObject({ devices: 9, samplesAccepted: 9 * 12 });
    // And the other way: a server that has outgrown its machine.
    await backupStore(copy, file);
    const grown = await openTestBus([nats], { leaseMs: LEASE_MS, cluster: 'grown' });
    await restoreCluster(file, { ...(await options(grown)), partitions: 5 });
    expect(await readClusterReport(await options(grown))).toMatchObject({
      ...{ devices: 9, samplesAccepted: 9 * 12 },
    });
  });

  it('a restore replaces nothing, and no server starts on one that was cut off (rule 14.12)', async () => {
    const nats = await startNats();
    const node = await openWhole(nats, 2);
    for (const device of devices) await push(node, device);
    const [bus, folder] = [await openBusAt(nats), await temporaryFolder()];
    const [file, torn] = [path.join(folder, 'b'), path.join(folder, 'torn')];
    await backupCluster(file, await options(bus));
    const running = await syncErrorOf(restoreCluster(file, await options(bus)));
    expect(running).toMatchObject({ code: 'invalid-config', details: { field: 'cluster' } });
    await node.close();
    const stopped = await syncErrorOf(restoreCluster(file, await options(bus)));
    expect(stopped.message).toContain('another name');
    expect(await readClusterReport(await options(bus))).toMatchObject({ devices: 24 });
    await writeFile(torn, (await readFile(file)).subarray(0, -1));
    const fresh = await openTestBus([nats], { leaseMs: LEASE_MS, cluster: 'fresh' });
    const damaged = await syncErrorOf(restoreCluster(torn, await options(fresh)));
    expect(damaged).toMatchObject({ code: 'invalid-config', details: { field: 'file' } });
    // Cut off when all was written but that it is whole.
    const cut = { ...fresh, state: failingUpdates(fresh.state, 'layout') };
    await expect(restoreCluster(file, await options(cut))).rejects.toThrow('cut off here');
    const refused = await syncErrorOf(openNode(fresh, { partitions: 'any' }));
    expect(refused.message).toContain('was cut off');
    await restoreCluster(file, { ...(await options(fresh)), partitions: 1 });
    expect(await readClusterReport(await options(fresh))).toMatchObject({
      ...{ devices: 24, samplesAccepted: 24 * 12 },
    });
  });

  it('forgets a device while servers run, through the owner of its partition, for good (rule 14.13)', async () => {
    const nats = await startNats();
    const nodes = [await openWhole(nats, 4), await openNode(await openBusAt(nats))];
    for (const device of devices) await push(nodes[0]!, device);
    const bus = await openBusAt(nats);
    await until(async () => {
      const error = await forgetInCluster(bus, 'tv-3').catch((cause: unknown) => cause);
      return error === undefined;
    });
    const records = await Promise.all(nodes.map((node) => node.recordsOf('tv-3')));
    expect(records.flat()).toEqual([]);
    const unknown = await syncErrorOf(forgetInCluster(bus, 'tv-3'));
    expect(unknown).toMatchObject({ code: 'invalid-config', details: { field: 'deviceId' } });
    for (const node of nodes) await node.close();
    const report = await readClusterReport(await options(bus));
    expect(report).toMatchObject({ devices: 23, samplesAccepted: 24 * 12 });
    const orphan = await syncErrorOf(forgetInCluster(bus, 'tv-4'));
    expect(orphan).toMatchObject({ code: 'http', retryable: true });
  });

  it('lays a stopped cluster into more logs or fewer: no TV notices, nothing is lost or counted twice (rule 14.14)', async () => {
    const nats = await startNats();
    let node = await openWhole(nats, 2);
    for (const device of devices.slice(0, 9)) await push(node, device);
    await until(() => node.overview().cohorts.patterns.waiting === 1);
    const { epoch } = node.report();
    const bus = await openBusAt(nats);
    const running = await syncErrorOf(
      repartitionCluster({ ...(await options(bus)), partitions: 8 }),
    );
    expect(running).toMatchObject({ code: 'invalid-config', details: { field: 'cluster' } });
    await node.close();
    let samples = 12;
    for (const partitions of [8, 1, 3]) {
      await repartitionCluster({ ...(await options(bus)), partitions });
      node = await openWhole(nats, partitions);
      expect(node.figures.owned).toHaveLength(partitions + 1);
      // Who is known stays known; nine TVs are one too few still, and the tenth makes them enough.
      for (const device of devices.slice(0, 9)) await push(node, device, samples);
      expect(node.report()).toMatchObject({ devices: 9, samplesAccepted: 9 * samples, epoch });
      samples += 1;
      for (const device of devices.slice(0, 9)) await push(node, device, samples);
      await until(() => node.overview().cohorts.patterns.waiting === 1);
      expect(node.version).toBe(0);
      await node.close();
    }
    node = await openWhole(nats, 3);
    await push(node, devices[9]!);
    await until(() => node.version === 1);
    expect(samplesOf([node])).toBe(9 * samples + 12);
    const logs = ['p0-g3', 'p1-g3', 'p2-g3', 'publisher'];
    expect(await namesOfLogs(bus)).toEqual(logs.map((name) => `omega-omega-log-${name}`));
  });

  it('a node that still goes by the logs of before owns nothing and takes no push (rule 14.14)', async () => {
    const nats = await startNats();
    const first = await openWhole(nats, 2);
    const edge = await openNode(await openBusAt(nats), { role: 'edge', partitions: 2 });
    for (const device of devices) await push(first, device);
    await first.close();
    const bus = await openBusAt(nats);
    const former = await bus.state.get('layout');
    await repartitionCluster({ ...(await options(bus)), partitions: 3 });
    await expect(openNode(bus, { partitions: 2 })).rejects.toMatchObject({
      code: 'invalid-config',
    });

    const late = { ...bus, state: answeringOnce(bus.state, 'layout', former) };
    const stale = await openNode(late, { partitions: 2 });
    await until(() => (stale.figures.leaseChanges.get('p0') ?? 0) >= 2);
    expect(stale.figures.owned).toEqual([]);
    for (const node of [stale, edge]) {
      const error = await syncErrorOf(node.sync(await bodyOf('tv-1', 13)));
      expect(error).toMatchObject({ code: 'http', retryable: true });
    }
    await until(() => !edge.isReady);
    const logs = await namesOfLogs(bus);
    expect(logs).not.toContain('omega-omega-log-p0');
    // It owns nothing, and leaves all of it to who can.
    const node = await openWhole(nats, 3);
    for (const device of devices) await push(node, device, 13);
    expect(node.report()).toMatchObject({ devices: 24, samplesAccepted: 24 * 13 });
    await stale.close();
  });

  it('a repartition that is cut off leaves the cluster as it was (rule 14.14)', async () => {
    const nats = await startNats();
    const first = await openWhole(nats, 2);
    for (const device of devices) await push(first, device);
    await first.close();
    const bus = await openBusAt(nats);
    const cut = { ...bus, state: failingUpdates(bus.state, 'layout') };
    const change = { ...(await options(cut)), partitions: 5 };
    await expect(repartitionCluster(change)).rejects.toThrow('cut off here');
    const node = await openWhole(nats, 2);
    for (const device of devices) await push(node, device, 13);
    expect(node.report()).toMatchObject({ devices: 24, samplesAccepted: 24 * 13 });
    await node.close();
    await repartitionCluster({ ...change, bus });
    const after = await openWhole(nats);
    for (const device of devices) await push(after, device, 14);
    expect(after.report()).toMatchObject({ devices: 24, samplesAccepted: 24 * 14 });
  });

  it('a repartition whose last write is not answered counts where it came, and never later (rule 14.14)', async () => {
    const nats = await startNats();
    const first = await openWhole(nats, 2);
    for (const device of devices) await push(first, device);
    await first.close();
    const bus = await openBusAt(nats);
    const held = withoutAnswer(bus.state, 'layout', 'held back');
    const change = await options({ ...bus, state: held.state });
    await expect(repartitionCluster({ ...change, partitions: 5 })).rejects.toThrow('no answer');
    await expect(held.comes()).rejects.toThrow('wrong last sequence');
    const came = withoutAnswer(bus.state, 'layout', 'comes');
    await repartitionCluster({ ...change, bus: { ...bus, state: came.state }, partitions: 5 });
    const after = await openWhole(nats, 5);
    for (const device of devices) await push(after, device, 13);
    expect(after.report()).toMatchObject({ devices: 24, samplesAccepted: 24 * 13 });
  });

  it('says that there is no such cluster, and makes none (rules 14.11, 14.13)', async () => {
    const nats = await startNats();
    const connection = await connectTo(nats);
    const none = await syncErrorOf(openExistingBus({ connection, cluster: 'none' }));
    expect(none).toMatchObject({ code: 'invalid-config', details: { field: 'cluster' } });
    const bus = await openBusAt(nats);
    const names = [];
    for await (const name of bus.jsm.streams.names()) names.push(name);
    expect(names.filter((name) => name.includes('none'))).toEqual([]);
    const found = await openExistingBus({ connection });
    expect([found.leaseMs, found.replicas]).toEqual([LEASE_MS, 1]);
    for (const work of [
      backupCluster(path.join(await temporaryFolder(), 'b'), await options(bus)),
      readClusterReport(await options(bus)),
      forgetInCluster(bus, 'tv-1'),
      repartitionCluster({ ...(await options(bus)), partitions: 2 }),
    ]) {
      await expect(work).rejects.toMatchObject({ details: { field: 'cluster' } });
    }
  });
});

/** A bucket on which a key cannot be replaced. */
function failingUpdates(state: Bus['state'], key: string): Bus['state'] {
  return new Proxy(state, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        if (property === 'update' && args[0] === key) throw new Error('cut off here');
        return Reflect.apply(value, target, args);
      };
    },
  });
}

/** A bucket whose first update of a key is not answered, and comes at once, or when `comes` is called. */
function withoutAnswer(state: Bus['state'], key: string, which: 'comes' | 'held back') {
  let comes: (() => Promise<unknown>) | undefined;
  const proxy = new Proxy(state, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]): Promise<unknown> => {
        const apply = async () => (await Reflect.apply(value, target, args)) as unknown;
        if (property !== 'update' || args[0] !== key || comes !== undefined) return apply();
        comes = apply;
        if (which === 'comes') await apply();
        throw new Error('no answer');
      };
    },
  });
  return { state: proxy, comes: async () => comes?.() };
}

/** A bucket that says once what it said before. */
function answeringOnce(
  state: Bus['state'],
  key: string,
  answer: Awaited<ReturnType<Bus['state']['get']>>,
): Bus['state'] {
  let isAnswered = false;
  return new Proxy(state, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]): unknown => {
        if (isAnswered || property !== 'get' || args[0] !== key) {
          return Reflect.apply(value, target, args);
        }
        isAnswered = true;
        return Promise.resolve(answer);
      };
    },
  });
}

async function namesOfLogs({ jsm }: Bus): Promise<readonly string[]> {
  const logs: string[] = [];
  for await (const name of jsm.streams.names()) if (name.includes('-log-')) logs.push(name);
  return logs.sort();
}
