import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PATHS } from '@omega-tv/protocol';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeUnless } from '@omega-tv/test-support';
import { publishVersions, startMockServer, type MockServer } from './contract/mock-server.js';

const run = promisify(execFile);
const MAX_EXAMPLES = 100;

const schemathesis = process.env.SCHEMATHESIS ?? '';
const missing =
  schemathesis === ''
    ? 'no SCHEMATHESIS in the environment; install it from PyPI and name its program'
    : undefined;

describeUnless(missing, 'a live server and its own document', () => {
  let folder: string;
  let server: MockServer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-contract-'));
    server = await startMockServer(path.join(folder, 'data'));
    // The document's example asks for version 2 from base 1.
    await publishVersions(server.url, 3);
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('agree in each answer to each GET, and in each problem', async () => {
    const args = ['run', server.url + PATHS.openApi, '--seed', '1', '--no-color'];
    // Bodies of pushes are binary; they are fuzzed elsewhere.
    const scope = ['--exclude-path', PATHS.sync, '--max-examples', String(MAX_EXAMPLES)];
    const report = await outputOf([...args, ...scope, '--continue-on-failure']);
    expect(report).toMatch(/Test cases:\s+\d{2,} generated, \d+ passed\n/);
    expect(report).toMatch(/Selected: 3\/4\n/);
  });

  async function outputOf(args: readonly string[]): Promise<string> {
    try {
      return (await run(schemathesis, args, { cwd: folder })).stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`schemathesis found a violation:\n${stdout}${stderr}`, { cause: error });
    }
  }
});
