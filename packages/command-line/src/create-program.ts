import { readFileSync } from 'node:fs';
import { Command } from 'commander';

const HINT = 'add --help for what there is';

/** A command line as all are here: `--help`, `--version`, and one line for what it does not take. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        const line = text.trim().replace(/\s*\n\s*/g, ' ');
        write(`${line.replace(/\.$/, '')}; ${HINT}\n`);
      },
    });
}

/** All packages of the product have one version. */
function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
