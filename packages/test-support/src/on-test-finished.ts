import { afterEach } from '@jest/globals';

type CleanUp = () => unknown;

let cleanUps: readonly CleanUp[] = [];

// Jest evaluates this module once for each test file, so the hook belongs to that file.
afterEach(async () => {
  const due = [...cleanUps].reverse();
  cleanUps = [];
  for (const cleanUp of due) await cleanUp();
});

/** Runs when the test that is under way ends, however it ends; the last one given runs first. */
export function onTestFinished(cleanUp: CleanUp): void {
  cleanUps = [...cleanUps, cleanUp];
}
