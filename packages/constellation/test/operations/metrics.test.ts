import { describe, expect, it } from '@jest/globals';
import { createAdminServer, createServer, ServerMetrics } from '../../src/index.js';
import { bearer, createAuthority } from '../auth/support.js';
import { bodyOf, openConstellation, patternOf, refusedCount } from '../support.js';
import { format, placedDelta, snapshots } from '../v2/support.js';

const DEVICES = ['living-room-secret', 'kitchen-secret', 'attic-secret'];

/** A server that never listens, with what its operators see. */
async function openOperated() {
  const { authenticator, mint, clock } = await createAuthority();
  const constellation = await openConstellation({ snapshots, clock });
  const times = [0, 0.25];
  const metrics = new ServerMetrics(constellation, {
    clock: { nowMs: () => 0, monotonicMs: () => 1000 * (times.shift() ?? 0.25) },
  });
  const app = createServer(constellation, { authenticator, allowV1: true, metrics });
  const state = { isReady: true };
  const admin = createAdminServer({ constellation, metrics, isReady: () => state.isReady });
  const push = async (deviceId: string, headers = {}) => {
    const { bytes } = await format.encodeDelta(placedDelta(deviceId, 1, patternOf(0)));
    return app.inject({
      method: 'POST',
      url: '/api/v1/sync',
      headers: { 'content-type': format.mediaType, ...headers },
      payload: Buffer.from(bytes),
    });
  };
  return { app, admin, push, mint, metrics, constellation, state };
}

/** The value of each sample of a metric, by its labels. */
function samplesOf(text: string, name: string): Readonly<Record<string, number>> {
  const lines = text.split('\n').filter((line) => /^\w+/.exec(line)?.[0] === name);
  return Object.fromEntries(
    lines.map((line) => {
      const [, labels = '', value] = /^\w+(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      return [labels, Number(value)] as const;
    }),
  );
}

describe('the metrics', () => {
  it('say what happened, and name no device (rule 13.11)', async () => {
    const { app, admin, push, mint, metrics, constellation } = await openOperated();
    for (const device of DEVICES) await push(device, bearer(await mint(device)));
    await push(DEVICES[0]!);
    await push(DEVICES[0]!, bearer(await mint(DEVICES[1]!)));
    const garbage = { 'content-type': format.mediaType, ...bearer(await mint(DEVICES[0]!)) };
    const payload = Buffer.from('garbage');
    await app.inject({ method: 'POST', url: '/api/v1/sync', headers: garbage, payload });
    await refusedCount(constellation, 1);
    for (const path of ['one', 'two', 'three']) await app.inject(`/${path}?q=${DEVICES[0]}`);
    await metrics.timePublications(constellation).publish();

    const answer = await admin.inject('/metrics');
    expect(answer.headers['content-type']).toContain('application/openmetrics-text');
    const { body: text } = answer;
    expect(text.endsWith('# EOF\n')).toBe(true);
    expect(samplesOf(text, 'omega_requests_total')).toEqual({
      'method="POST",route="/api/v1/sync",status="200"': 3,
      'method="POST",route="/api/v1/sync",status="401"': 1,
      'method="POST",route="/api/v1/sync",status="403"': 1,
      'method="POST",route="/api/v1/sync",status="400"': 1,
      'method="GET",route="none",status="404"': 3,
    });
    expect(samplesOf(text, 'omega_refusals_total')).toEqual({
      'code="http",status="401"': 1,
      'code="http",status="403"': 1,
      'code="compression",status="400"': 1,
      'code="protocol",status="404"': 3,
    });
    expect(samplesOf(text, 'omega_deltas_total')).toEqual({
      'outcome="applied"': 3,
      'outcome="duplicate"': 0,
      'outcome="refused"': 1,
    });
    expect(samplesOf(text, 'omega_samples_total')).toEqual({ '': 36 });
    expect(samplesOf(text, 'omega_devices')).toEqual({ '': 3 });
    expect(text).toContain('# HELP omega_devices Devices known\n');
    expect(samplesOf(text, 'omega_version')).toEqual({ '': 1 });
    const snapshot = constellation.window?.frameOfNewest(undefined);
    expect(samplesOf(text, 'omega_snapshot_bytes')).toEqual({ '': snapshot?.length });
    expect(samplesOf(text, 'omega_publication_seconds_sum')).toEqual({ '': 0.25 });
    expect(samplesOf(text, 'omega_shed_pushes_total')).toEqual({ '': 0 });
    expect(samplesOf(text, 'omega_pending_pushes')).toEqual({ '': 0 });
    const received = samplesOf(text, 'omega_received_bytes_total')[''];
    const { bytes } = await format.encodeDelta(placedDelta(DEVICES[0]!, 1, patternOf(0)));
    expect(received).toBeGreaterThan(3 * bytes.length);
    expect(samplesOf(text, 'omega_sent_bytes_total')['']).toBeGreaterThan(3 * 40);
    expect(text).not.toContain('secret');
    await constellation.close();
  });

  it('do not grow with the fleet (rule 13.11)', async () => {
    const { admin, push, mint, constellation } = await openOperated();
    // Those of Node itself grow with what its collector has met.
    const lines = async () =>
      (await admin.inject('/metrics')).body
        .split('\n')
        .filter((line) => !line.startsWith('omega_nodejs_')).length;
    await push('tv-0', bearer(await mint('tv-0')));
    const before = await lines();
    for (let i = 1; i < 20; i += 1) await push(`tv-${i}`, bearer(await mint(`tv-${i}`)));
    expect(await lines()).toBe(before);
    await constellation.close();
  });
});

describe('the metrics of the log', () => {
  it('say what no checkpoint covers yet (rule 13.30)', async () => {
    const { admin, push, mint, constellation } = await openOperated();
    const read = async () => {
      const { body } = await admin.inject('/metrics');
      return ['entries', 'bytes'].map((name) =>
        Number(new RegExp(`^omega_log_${name} (\\d+)`, 'm').exec(body)?.[1]),
      );
    };
    await constellation.checkpoint();
    expect(await read()).toEqual([0, 0]);
    await push('tv-0', bearer(await mint('tv-0')));
    const [entries, bytes] = await read();
    expect(entries).toBe(1);
    expect(bytes).toBeGreaterThan(100);
    await constellation.close();
  });
});

describe('the admin port', () => {
  it('tells whether the server lives, and whether it is ready', async () => {
    const { admin, state, constellation } = await openOperated();
    const statuses = async () => [
      (await admin.inject('/livez')).statusCode,
      (await admin.inject('/readyz')).statusCode,
    ];
    expect(await statuses()).toEqual([200, 200]);
    state.isReady = false;
    expect(await statuses()).toEqual([200, 503]);
    await constellation.close();
  });

  it('reports while the server runs', async () => {
    const { app, admin, constellation } = await openOperated();
    const headers = { 'content-type': 'application/octet-stream' };
    const payload = Buffer.from(await bodyOf('tv-1', patternOf(0)));
    await app.inject({ method: 'POST', url: '/api/v1/sync', headers, payload });
    const answer = await admin.inject('/report');
    expect(answer.json()).toEqual(constellation.report());
    expect(answer.json()).toMatchObject({ devices: 1, samplesAccepted: 12 });
    expect(answer.headers['cache-control']).toBe('no-store');
    await constellation.close();
  });
});
