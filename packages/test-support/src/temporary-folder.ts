import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from './on-test-finished.js';

/** An empty folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'omega-tv-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
