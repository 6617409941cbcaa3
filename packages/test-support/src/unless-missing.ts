import { describe, it } from '@jest/globals';

/** Why a test cannot run on this machine; undefined where it can. */
type Missing = string | undefined;

/** A group of tests that needs something of the machine; without it, it is skipped and says why. */
export function describeUnless(missing: Missing, name: string, tests: () => void): void {
  if (missing === undefined) describe(name, tests);
  else describe.skip(skipped(name, missing), tests);
}

/** A test that needs something of the machine; without it, it is skipped and says why. */
export function itUnless(missing: Missing, name: string, test: () => void | Promise<void>): void {
  if (missing === undefined) it(name, test);
  else it.skip(skipped(name, missing), () => undefined);
}

function skipped(name: string, missing: string): string {
  process.stderr.write(`skipped: ${name}: ${missing}\n`);
  return `${name} (${missing})`;
}
