import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { serveGuarded } from './examples/guarded-server.js';
import { runExample } from './examples/run-example.js';
import { temporaryFolder } from '@omega-tv/test-support';
import { root } from './workspace.js';

const folder = path.join(root, 'examples/monitoring');
const read = (file: string) => readFile(path.join(folder, file), 'utf8');

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

/** What a server prints that took a push, refused one and published. */
let printed: string;

beforeAll(async () => {
  const { constellation, metrics, url, writeToken } = await serveGuarded();
  const DATA = path.join(await temporaryFolder(), 'kitchen');
  const TOKEN_FILE = await writeToken('kitchen');
  const env = { CONSTELLATION_URL: url, TOKEN_FILE, DATA, START_WITHIN_MS: '0' };
  await runExample('tv/tv.mjs', [], env, 'pushed 1, received 0');
  await fetch(`${url}/api/v1/sync`, { method: 'POST', body: 'no token' });
  await constellation.publish();
  printed = await metrics.print();
});

/** The metrics of an expression that no sample of the server answers, with the labels it asks for. */
function unanswered(expression: string): readonly string[] {
  const names = [...expression.matchAll(/\bomega_[a-z0-9_]+/g)].map(([name]) => name);
  const labels = [
    ...[...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
    ...[...expression.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
  ];
  const lines = printed.split('\n');
  return names.filter((name) => {
    const samples = lines.filter(
      (line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`),
    );
    return !samples.some((line) => labels.every((label) => line.includes(`${label}="`)));
  });
}

describe('the monitoring of a server', () => {
  it('the dashboard asks for nothing that the server does not export', async () => {
    const { panels } = JSON.parse(await read('grafana-dashboard.json')) as {
      readonly panels: readonly Panel[];
    };
    expect(panels.length).toBeGreaterThan(8);
    const asked = panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ title, expr, unanswered: unanswered(expr) })),
    );
    expect(asked.filter((one) => one.unanswered.length > 0)).toEqual([]);
    for (const { expr } of asked) expect(expr).toMatch(/omega_/);
  });

  it('the alerts ask for nothing that the server does not export', async () => {
    const { groups } = parse(await read('alerts.yml')) as {
      readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
    };
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
    expect(expressions.length).toBeGreaterThan(2);
    // A refusal with 401 and counters that are still zero are there too.
    expect(expressions.flatMap(unanswered)).toEqual([]);
  });

  it('the scrape configuration names the admin port, its token and the alerts', async () => {
    expect(parse(await read('prometheus.yml'))).toMatchObject({
      scrape_configs: [
        { metrics_path: '/metrics', static_configs: [{ targets: ['127.0.0.1:9787'] }] },
      ],
      rule_files: ['alerts.yml'],
    });
  });

  it('finds a metric that is not there, and a label', () => {
    expect(unanswered('rate(omega_nothing_total[5m])')).toEqual(['omega_nothing_total']);
    expect(unanswered('sum by (title) (omega_syncs_total)')).toEqual(['omega_syncs_total']);
    expect(unanswered('sum by (protocol) (omega_syncs_total)')).toEqual([]);
  });
});
