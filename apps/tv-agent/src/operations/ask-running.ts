import { request } from 'node:http';
import { CommandError, describeCause } from '@omega-tv/command-line';
import { socketOf, type WatchRequest } from './control-server.js';

/** A TV that answers at all does so at once. */
const TIMEOUT_MS = 10_000;
/** What a socket says that nobody listens on, or that is none. */
const NOBODY: ReadonlySet<string | undefined> = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTDIR',
  'EINVAL',
]);

type Question = 'GET /status' | 'GET /report' | 'GET /metrics' | 'POST /watch';

/**
 * Asks the TV that runs in a folder.
 * @returns what it answered; undefined where none runs.
 * @throws CommandError where it cannot be asked, or refuses.
 */
export async function askRunning(
  directory: string,
  question: Question,
  body?: WatchRequest,
): Promise<string | undefined> {
  const [method, path] = question.split(' ');
  const socketPath = socketOf(directory);
  const { status, text } = await new Promise<{ status: number; text: string }>(
    (resolve, reject) => {
      const asked = request(
        { socketPath, method, path, timeout: TIMEOUT_MS, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => (text += part));
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, text });
          });
          response.on('error', reject);
        },
      );
      asked.on('timeout', () => asked.destroy(new Error('it does not answer')));
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    },
  ).catch((cause: unknown) => {
    const { code } = cause as NodeJS.ErrnoException;
    if (NOBODY.has(code)) return { status: 0, text: '' };
    const message = `The TV that runs in ${directory} cannot be asked: ${describeCause(cause)}`;
    throw new CommandError(message, { cause });
  });
  if (status === 0) return undefined;
  if (status === 200) return text;
  const { error } = JSON.parse(text) as { readonly error?: string };
  throw new CommandError(`The TV that runs in ${directory} refuses: ${error ?? String(status)}`);
}

/** @throws CommandError where no TV runs. */
export async function askWhileRunning(directory: string, question: Question): Promise<string> {
  const text = await askRunning(directory, question);
  if (text !== undefined) return text;
  throw new CommandError(
    `No TV runs in ${directory}; "npm run tv-agent -- run --url URL --device-id ID --data ${directory}" starts one`,
  );
}
