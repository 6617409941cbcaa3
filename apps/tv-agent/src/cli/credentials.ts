import { readFile } from 'node:fs/promises';
import { CommandError, describeCause, resolveFromCaller } from '@omega-tv/command-line';
import type { Credentials } from '@omega-tv/protocol';

interface TokenOptions {
  readonly token?: string;
  readonly tokenFile?: string;
}

/**
 * What lets the TV in, where it was given something. A file is read for each request: whoever puts a
 * new token there need not stop the TV.
 * @throws CommandError for a file that cannot be read now.
 */
export async function chooseCredentials({
  token,
  tokenFile,
}: TokenOptions): Promise<{ readonly credentials?: Credentials }> {
  if (token !== undefined) return { credentials: { token: () => Promise.resolve(token) } };
  if (tokenFile === undefined) return {};
  const file = resolveFromCaller(tokenFile);
  const readToken = async (): Promise<string> => (await readFile(file, 'utf8')).trim();
  await readToken().catch((cause: unknown) => {
    const reason = describeCause(cause);
    throw new CommandError(`the token file ${file} cannot be read: ${reason}`, { cause });
  });
  return { credentials: { token: readToken } };
}
