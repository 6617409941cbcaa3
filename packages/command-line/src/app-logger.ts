import { destination, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { showsColors } from './colors.js';

/** What nobody shall read in a log, however deep in what is logged: an error may bear a whole request. */
const SECRETS = [
  ...['.authorization', '.Authorization', '["proxy-authorization"]', '["Proxy-Authorization"]'],
  ...['.cookie', '.Cookie', '["set-cookie"]', '.token', '.password'],
];
const DEPTHS = ['', '*', '*.*', '*.*.*'];
const PATHS = DEPTHS.flatMap((depth) =>
  SECRETS.map((secret) => (depth === '' ? secret.replace(/^\./, '') : `${depth}${secret}`)),
);

/**
 * A logger that writes to stderr, so that stdout holds only what a command promises. Readable on a
 * terminal, JSON lines elsewhere. Tokens and cookies are not written: a second line of defence.
 */
export function createAppLogger(level: string): Logger {
  const stream = process.stderr.isTTY
    ? pretty({
        destination: 2,
        sync: true,
        ignore: 'pid,hostname',
        colorize: showsColors(process.stderr),
      })
    : destination({ dest: 2, sync: true });
  return pino({ level, redact: { paths: PATHS, censor: '[redacted]' } }, stream);
}
