import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

const PACKAGE = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);

/** What a program writes to stderr. */
function logged(action: string): string {
  const script = `import { createAppLogger } from ${PACKAGE};
    const logger = createAppLogger('info');
    ${action}`;
  const args = ['--input-type=module', '--eval', script];
  return spawnSync(process.execPath, args, { encoding: 'utf8' }).stderr;
}

it.each([
  ["{ authorization: 'Bearer secret' }"],
  ["{ headers: { Authorization: 'Bearer secret', cookie: 'a=secret' } }"],
  ["{ req: { headers: { authorization: 'Bearer secret', 'set-cookie': ['secret'] } } }"],
  ["{ err: Object.assign(new Error('no'), { config: { headers: { Authorization: 'secret' } } }) }"],
  ["{ err: { response: { headers: { 'proxy-authorization': 'secret' } } }, token: 'secret' }"],
])('the secrets of %s are not written', (what) => {
  const line = logged(`logger.info({ ...${what}, shown: 'plain' }, 'a message');`);
  expect(line).not.toContain('secret');
  expect(line).toContain('[redacted]');
  expect(JSON.parse(line)).toMatchObject({ shown: 'plain', msg: 'a message' });
});
