import { destination, pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { showsColors } from './colors.js';

/**
 * A logger that writes to stderr, so that stdout holds only what a command promises. Readable on a
 * terminal, JSON lines elsewhere.
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
  return pino({ level }, stream);
}
