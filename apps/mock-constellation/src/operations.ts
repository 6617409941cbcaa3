import { backupStore, forgetDevice, restoreStore } from '@omega-tv/constellation';
import { checkInput, checkOutput, resolveFromCaller } from '@omega-tv/command-line';

export async function backup({ data, out }: { data: string; out: string }): Promise<void> {
  const file = resolveFromCaller(out);
  await checkOutput(file);
  await backupStore(resolveFromCaller(data), file);
  process.stderr.write(`wrote ${file}\n`);
}

export async function restore(options: { in: string; data: string }): Promise<void> {
  const file = resolveFromCaller(options.in);
  await checkInput(file);
  const directory = resolveFromCaller(options.data);
  await restoreStore(file, directory);
  process.stderr.write(`restored ${directory}; it has a new server epoch\n`);
}

export async function forget(options: { data: string; deviceId: string }): Promise<void> {
  await forgetDevice(resolveFromCaller(options.data), options.deviceId);
  process.stderr.write('forgotten; what the device contributed to sums stays\n');
}
