import { readFileSync } from 'node:fs';
import { Command } from 'commander';

const HINT = 'add --help for what there is';

/** A command line as all are here: `--help`, `--version`, and one line for what it does not take. */
export function createProgram(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .version(readVersion())
    .exitOverride()
    .hook('preAction', (_, command) => {
      refuseEmpty(command);
    })
    .configureOutput({
      outputError: (text, write) => {
        const line = text.trim().replace(/\s*\n\s*/g, ' ');
        write(`${line.replace(/\.$/, '')}; ${HINT}\n`);
      },
    });
}

/** An empty text is a variable of the shell that is not set, and would name this very folder. */
function refuseEmpty(command: Command): void {
  for (const [name, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    const option = command.options.find((one) => one.attributeName() === name);
    if (value === '') command.error(`error: option '${option?.flags ?? name}' must not be empty`);
  }
  if (command.args.includes('')) command.error('error: arguments must not be empty');
}

/** All packages of the product have one version. */
function readVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
