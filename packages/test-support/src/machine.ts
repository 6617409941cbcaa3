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

/** Why no limit can be put on what a process writes; undefined where one can. */
export function missingPrlimit(): string | undefined {
  if (spawnSync('prlimit', ['--version']).status === 0) return undefined;
  return 'no prlimit, which is part of util-linux';
}
