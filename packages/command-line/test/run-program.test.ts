import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { describeUnless, temporaryFolder } from '@omega-tv/test-support';

const PACKAGE = JSON.stringify(new URL('../dist/index.js', import.meta.url).href);

/** Runs a program of one option and one subcommand; `action` is the code of both. */
async function run(
  action: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  output: 'pipe' | number = 'pipe',
) {
  const script = path.join(await temporaryFolder(), 'run.mjs');
  writeFileSync(
    script,
    `import fs from 'node:fs/promises';
     import net from 'node:net';
     import * as commandLine from ${PACKAGE};
     const { CommandError, createProgram, Interruption, parseWhole, UsageError } = commandLine;
     const act = async () => { ${action} };
     const program = createProgram('it', 'A program.')
       .option('--count <n>', 'how many', parseWhole(1, 3)).action(act);
     program.command('part').requiredOption('--name <name>', 'its name').action(act);
     await commandLine.runProgram(program);`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', output, 'pipe'],
    env: { ...process.env, LOG_LEVEL: '', ...env },
  });
  return { status, stdout, stderr };
}

describe('a command line', () => {
  it('has help and a version', async () => {
    const help = await run('', ['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    expect(help.stdout).toMatch(/A program\.[\s\S]*--version[\s\S]*--count <n>/);
    expect((await run('', ['part', '--help'])).stdout).toContain('--name <name>');
    const version = await run('', ['--version']);
    expect(version).toMatchObject({ status: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['--cuont', '1'], "unknown option '--cuont' (Did you mean --count?)"],
    [['--count'], "option '--count <n>' argument missing"],
    [['--count', '9'], 'Expected a whole number from 1 to 3'],
    [['more'], 'too many arguments'],
    [['part', '--name', ''], "option '--name <name>' must not be empty"],
    [['part'], "required option '--name <name>' not specified"],
    [['part', '--name', 'x', 'more'], "too many arguments for 'part'"],
  ])('refuses %j in one line, with code 2', async (args, message) => {
    const { status, stdout, stderr } = await run('', args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .*; add --help for what there is\n$/);
    expect(stderr).toContain(message);
  });
});

describe('a failure', () => {
  it.each([
    ["throw new CommandError('wrong')", 1],
    ["throw new UsageError('wrong')", 2],
    ["throw Object.assign(new Error('wrong'), { code: 'invalid-message' })", 1],
    ["throw new CommandError(' wrong\\n')", 1],
    ["throw 'wrong'", 1],
  ])('%s is said in one line', async (action, code) => {
    const ended = await run(action);
    expect(ended).toEqual({ status: code, stdout: '', stderr: 'error: wrong\n' });
  });

  it.each([
    "throw new TypeError('wrong')",
    "throw Object.assign(new Error('wrong'), { code: 'ERR_ASSERTION' })",
  ])('%s is a mistake, whose stack LOG_LEVEL=debug shows', async (action) => {
    const { stderr } = await run(action);
    expect(stderr).toMatch(
      /^error: wrong; this is a mistake in the program, LOG_LEVEL=debug .*\n$/,
    );
    const debug = await run(action, [], { LOG_LEVEL: 'debug' });
    expect(debug.stderr).toMatch(/^error: wrong;.*\n.*Error: wrong\n {4}at /);
  });

  it('of the system is put into words, with what it is about', async () => {
    const missing = await run("await fs.readFile('/no/such/file')");
    expect(missing.stderr).toBe(
      'error: /no/such/file: there is no such file or folder; check the path\n',
    );
    const inUse = await run(`
      const first = net.createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => first.once('listening', resolve));
      const second = net.createServer().listen(first.address().port, '127.0.0.1');
      try {
        await new Promise((_, reject) => second.once('error', reject));
      } finally {
        first.close();
      }`);
    expect(inUse.stderr).toMatch(
      /^error: port \d+ of 127\.0\.0\.1: another process listens there; stop it or choose another port\n$/,
    );
  });

  it('is none where someone interrupted', async () => {
    const ended = await run("throw new Interruption('nothing was written')");
    expect(ended).toEqual({
      status: 130,
      stdout: '',
      stderr: 'interrupted: nothing was written\n',
    });
  });
});

const noFullDevice = existsSync('/dev/full') ? undefined : 'no /dev/full';
describeUnless(noFullDevice, 'output that cannot be written', () => {
  it.each([
    ['help', "process.stdout.write('more')", ['--help']],
    ['a result', "process.stdout.write('more')", []],
    [
      'what is stopped by it',
      `const signal = commandLine.signalOfProcess('gone');
       process.stdout.write('more');
       while (!signal.aborted) await new Promise(setImmediate);
       signal.throwIfAborted();`,
      [],
    ],
  ])('%s: one line, with code 1', async (_, action, args) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = await run(action, args, {}, full);
    closeSync(full);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(
        /^error: standard output cannot be written: the disk is full; .+\n$/,
      ),
    });
  });
});
