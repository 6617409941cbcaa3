import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, createProgram, plural, runProgram } from '@omega-tv/command-line';
import { listEntryPoints, type EntryPoint } from './entry-points.js';
import { reportEntry } from './report-entry.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

const program = createProgram(
  'api-reports',
  'Writes what each entry point exports into a report beside it, and names those that changed.',
)
  .option('--check', 'write nothing; fail where a report is not as the packages are built')
  .action(run);

await runProgram(program);

async function run({ check = false }: { readonly check?: boolean }): Promise<void> {
  const entries = await listEntryPoints(root);
  const missing = entries.find(({ declarations }) => !existsSync(declarations));
  if (missing !== undefined) {
    throw new CommandError(`${missing.name} is not built; run npm ci, which builds it.`);
  }
  const temporary = await mkdtemp(path.join(tmpdir(), 'api-reports-'));
  const changed: EntryPoint[] = [];
  try {
    for (const entry of entries) {
      if (!(await reportEntry(entry, temporary, !check))) changed.push(entry);
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  for (const { name } of changed) process.stdout.write(`${name}\n`);
  process.stderr.write(`${plural(entries.length, 'entry point')}, ${changed.length} changed\n`);
  if (check && changed.length > 0) {
    throw new CommandError(
      'The public API is not what its reports say; run npm run api-reports, look at the difference, commit it and add a changeset.',
    );
  }
}
