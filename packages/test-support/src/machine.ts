import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where Chromium lies on this machine, if it does. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/** Why no page can be opened here; undefined where one can. */
export function missingChromium(): string | undefined {
  if (existsSync(chromiumPath)) return undefined;
  return `no Chromium at ${chromiumPath}; install one, or name it in CHROMIUM_PATH`;
}

/** Binaries of other versions of Node. */
export const otherNodes: readonly string[] = (process.env.OTHER_NODES ?? '')
  .split(path.delimiter)
  .filter((file) => file !== '');

/** Why no other version of Node is tried here; undefined where one is. */
export function missingOtherNodes(): string | undefined {
  return otherNodes.length > 0 ? undefined : 'no other versions of Node; name some in OTHER_NODES';
}

/**
 * What a command line begins with so that the modes of files hold for it, whoever runs it: root
 * keeps its id, and so may read what is its own, but may not override modes.
 */
export const heldToModes: readonly string[] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override,-dac_read_search'] : [];

/** Why a folder that may not be written cannot be had here; undefined where it can. */
export function missingModes(): string | undefined {
  if (process.getuid === undefined) return 'files here have no modes';
  const [command, ...args] = heldToModes;
  if (command === undefined || spawnSync(command, [...args, 'true']).status === 0) return undefined;
  return 'no setpriv (part of util-linux) that lets root give up its privileges';
}

/** Why no limit can be put on what a process writes; undefined where one can. */
export function missingPrlimit(): string | undefined {
  if (spawnSync('prlimit', ['--version']).status === 0) return undefined;
  return 'no prlimit, which is part of util-linux';
}
