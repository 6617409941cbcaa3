import { setImmediate } from 'node:timers/promises';

/** Waits until a condition holds; what never comes to hold ends with the test's hang guard. */
export async function waitUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setImmediate();
}
