import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { expect, it } from '@jest/globals';
import { itUnless, temporaryFolder } from '@omega-tv/test-support';
import { missingNats } from '@omega-tv/test-support/nats';
import { root } from './workspace.js';

const run = promisify(execFile);
const read = (file: string) => readFile(path.join(root, 'examples/cluster', file), 'utf8');

interface Service {
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

async function readServices(): Promise<Readonly<Record<string, Service>>> {
  const { services } = parse(await read('compose.yaml'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
  };
  return services;
}

it('servers of the compose file are told what they understand, and where its NATS nodes are', async () => {
  const services = Object.values(await readServices());
  const servers = services.filter(({ environment }) => environment !== undefined);
  expect(servers).toHaveLength(2);
  for (const { command, environment } of servers) {
    const [node = '', ...program] = command;
    expect(node).toBe('node');
    const { stdout } = await run(process.execPath, [...program, '--print-config'], {
      cwd: root,
      env: { ...environment },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      engine: 'nats://n1:4222,nats://n2:4222,nats://n3:4222',
      ...{ replicas: 3, partitions: 4, host: '0.0.0.0', keys: '/keys.json' },
    });
  }
});

itUnless(missingNats(), 'its NATS nodes can read what they are configured with', async () => {
  const file = path.join(await temporaryFolder(), 'nats.conf');
  // NATS 2.9 knows all but this.
  await writeFile(file, (await read('nats.conf')).replace(', sync_interval: always', ''));
  const command = process.env.NATS_SERVER ?? 'nats-server';
  const nodes = Object.entries(await readServices()).filter(([name]) => /^n\d$/.test(name));
  expect(nodes).toHaveLength(3);
  for (const [name, { command: options }] of nodes) {
    const own = options.map((option) => (option === '/etc/nats.conf' ? file : option));
    expect(own).toContain(name);
    await run(command, [...own, '-t']);
    expect(await read('nats.conf')).toContain(`nats://${name}:6222`);
  }
});
