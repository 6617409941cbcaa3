import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Processor time of an exchange on the TV: the median of several. */
export interface CpuRow {
  readonly pushed: number;
  readonly cpuMs: number;
}

/** @param flags of Node, such as `--jitless`. */
export async function measureCpu(...flags: readonly string[]): Promise<readonly CpuRow[]> {
  const script = fileURLToPath(new URL('cpu-process.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script]);
  return JSON.parse(stdout) as readonly CpuRow[];
}
