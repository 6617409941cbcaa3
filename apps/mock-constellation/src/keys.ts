import { readFile } from 'node:fs/promises';
import { watchFile } from 'node:fs';
import {
  checkOutput,
  CommandError,
  describeCause,
  plural,
  resolveFromCaller,
  writeFileAtomically,
} from '@omega-tv/command-line';
import {
  createTokenKey,
  mintDeviceToken,
  parseTokenKeys,
  printTokenKeys,
  TokenAuthenticator,
  type TokenKeys,
} from '@omega-tv/constellation';
import type { Logger } from '@omega-tv/types';

/** How often a server looks whether its key file has changed. */
const WATCH_MS = 1000;

/** Adds a key to a file, which is made where it is missing; `keep` drops the oldest. */
export async function addKey(options: { out: string; keep?: number }): Promise<void> {
  const file = resolveFromCaller(options.out);
  await checkOutput(file);
  const keys = [...((await readIfThere(file)) ?? []), await createTokenKey()];
  const kept = options.keep === undefined ? keys : keys.slice(-options.keep);
  await writeFileAtomically(file, printTokenKeys(kept));
  const kid = kept[kept.length - 1]?.kid ?? '';
  process.stderr.write(`${file} has ${plural(kept.length, 'key')}; tokens are signed by ${kid}\n`);
}

/** Prints a token for a device. */
export async function printToken(options: {
  keys: string;
  deviceId: string;
  expiresIn: number;
}): Promise<void> {
  const { deviceId, expiresIn: expiresInS } = options;
  const keys = await readKeys(resolveFromCaller(options.keys));
  process.stdout.write(`${await mintDeviceToken({ keys, deviceId, expiresInS })}\n`);
}

/** Lets in who has a token of these keys; when the file changes, of those that are there then. */
export async function openAuthenticator(
  file: string,
  logger: Logger,
  stopped: AbortSignal,
): Promise<TokenAuthenticator> {
  const authenticator = new TokenAuthenticator({ keys: await readKeys(file) });
  const watcher = watchFile(file, { interval: WATCH_MS, persistent: false }, () => {
    readKeys(file).then(
      (keys) => {
        authenticator.replaceKeys(keys);
        logger.info({ keys: keys.length }, 'the key file was read again');
      },
      (err: unknown) => {
        logger.error({ err }, 'the key file cannot be read; the keys stay as they were');
      },
    );
  });
  stopped.addEventListener('abort', () => {
    watcher.removeAllListeners();
  });
  return authenticator;
}

async function readKeys(file: string): Promise<TokenKeys> {
  const keys = await readIfThere(file);
  if (keys !== undefined) return keys;
  throw new CommandError(`the key file ${file} is missing; the command keys makes one`);
}

async function readIfThere(file: string): Promise<TokenKeys | undefined> {
  try {
    return parseTokenKeys(await readFile(file, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new CommandError(`the key file ${file}: ${describeCause(cause)}`, { cause });
  }
}
