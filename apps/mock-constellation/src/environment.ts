import { UsageError } from '@omega-tv/command-line';
import { Option, type Command } from 'commander';

const SWITCHES: Readonly<Record<string, boolean>> = {
  '1': true,
  true: true,
  '0': false,
  false: false,
};

/**
 * Lets each option that a command is given from now on be set as a variable, too: `--min-devices` as
 * OMEGA_TV_MIN_DEVICES.
 */
export function takeFromEnvironment(command: Command): Command {
  command.createOption = (flags, description) => {
    const option = new Option(flags, description);
    return option.name() === 'help' ? option : fromEnvironment(option);
  };
  command.hook('preAction', () => {
    for (const option of command.options.filter((one) => one.isBoolean())) {
      const attribute = option.attributeName();
      if (command.getOptionValueSource(attribute) !== 'env') continue;
      // For Commander a variable that is there is on, whatever it says.
      command.setOptionValueWithSource(attribute, readSwitch(nameOf(option)), 'env');
    }
  });
  return command;
}

export function fromEnvironment(option: Option): Option {
  return option.env(nameOf(option));
}

/** Reads an option that may be given more than once, or as a list with commas. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  const added = text.split(',').map((one) => one.trim());
  return [...before, ...added];
}

function nameOf(option: Option): string {
  return `OMEGA_TV_${option.name().toUpperCase().replaceAll('-', '_')}`;
}

function readSwitch(name: string): boolean {
  const text = process.env[name] ?? '';
  const value = SWITCHES[text.toLowerCase()];
  if (value === undefined) throw new UsageError(`${name} is "${text}"; expected true or false`);
  return value;
}
