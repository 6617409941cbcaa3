import { SyncError } from './errors.js';
import type { Clock, Logger, RandomSource } from './ports.js';

/** The small interfaces that options take. */
interface Ports {
  readonly clock?: Clock;
  readonly random?: RandomSource;
  readonly logger?: Logger;
}

const METHODS: Readonly<Record<keyof Ports, readonly string[]>> = {
  clock: ['nowMs'],
  random: ['next'],
  logger: ['debug', 'info', 'warn', 'error'],
};

/**
 * Checks the clock, the source of chance and the logger among options; each may be left out.
 * @throws SyncError `invalid-config` with the field.
 */
export function checkPorts(options: Ports): void {
  for (const name of ['clock', 'random', 'logger'] as const) {
    if (options[name] !== undefined) checkMethods(name, options[name], METHODS[name]);
  }
}

/**
 * Checks that an option has the methods it is used by: without, the first use would be a TypeError
 * far from where the option was set.
 * @param advice what makes a right one, for the message
 * @throws SyncError `invalid-config` with the field.
 */
export function checkMethods(
  field: string,
  value: unknown,
  methods: readonly string[],
  advice?: string,
): void {
  const found = isObject(value) ? value : {};
  const missing = methods.find((name) => typeof Reflect.get(found, name) !== 'function');
  if (missing === undefined) return;
  const problem = isObject(value) ? `has no method ${missing}` : `is ${String(value)}`;
  const expected = `expected an object with ${methods.join(', ')}`;
  throw new SyncError(
    'invalid-config',
    `${field} ${problem}; ${expected}${advice === undefined ? '' : `: ${advice}`}`,
    { field },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
