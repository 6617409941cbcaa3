import { fileURLToPath } from 'node:url';
import {
  createProgram,
  plural,
  resolveFromCaller,
  runProgram,
  signalOfProcess,
} from '@omega-tv/command-line';
import { installLine } from './install-line.js';
import { packPackages } from './pack-packages.js';
import { listPublishedPackages, withNeeded } from './published-packages.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** What is installed together, and whom it is for. */
const USES = [
  { name: 'client', label: "In a TV's project:" },
  { name: 'constellation', label: "In a server's project:" },
] as const;

const program = createProgram(
  'pack-all',
  'Makes the files of the published packages, and prints the lines that install them.',
)
  .argument('[package...]', 'print one line instead, for these: "federation", for example')
  .option('--out <folder>', 'where the files go', 'packs')
  .addHelpText(
    'after',
    `
No package is on a registry yet, so each has to be installed together with those that it needs.
Standard output is two lines, for a TV and for a server; paste one of them in your project's folder.
The files hold what "npm ci" or "npx nx run-many -t build" built last.`,
  )
  .action(run);

await runProgram(program);

async function run(names: readonly string[], options: { readonly out: string }): Promise<void> {
  const published = await listPublishedPackages(root);
  const chosen = [...new Set(names.flatMap((name) => withNeeded(published, name)))];
  const lines =
    chosen.length > 0
      ? [{ label: 'In your project:', packages: chosen }]
      : USES.map(({ name, label }) => ({ label, packages: withNeeded(published, name) }));

  const signal = signalOfProcess('no file was made');
  process.stderr.write(`Packing ${plural(published.length, 'package')}...\n`);
  const out = resolveFromCaller(options.out);
  const files = await packPackages(root, published, out, signal);
  process.stderr.write(`${plural(files.size, 'file')} in ${out}\n`);
  for (const { label, packages } of lines) {
    process.stderr.write(`\n${label}\n`);
    const paths = packages.flatMap(({ name }) => files.get(name) ?? []);
    process.stdout.write(`${installLine(paths)}\n`);
  }
}
