import { markdownTable } from '../markdown-table.js';
import { measureCpu } from './cpu.js';
import { measureFlash } from './flash.js';
import { measureInstall } from './install-size.js';

/** Node's own fetch needs WebAssembly, which goes with the compiler; axios looks for it, and does without. */
const WITHOUT_COMPILER = ['--jitless', '--no-experimental-fetch'];

/** What a TV's exchange costs: flash, processor time, and what it installs. */
export async function tabulateClient(onStage: (stage: string) => void): Promise<string> {
  onStage('flash');
  const flash = await measureFlash();
  onStage('processor time');
  const compiled = await measureCpu();
  onStage('processor time without a compiler');
  const interpreted = await measureCpu(...WITHOUT_COMPILER);
  onStage('what a TV installs');
  const { packages, ownBytes, otherBytes } = await measureInstall('@omega-tv/client');
  return [
    markdownTable(
      ['release', 'published patterns', 'patterns pushed', 'batches', 'bytes to LevelDB'],
      flash.map(({ release, published, pushed, batches, bytes }) =>
        [release, published, pushed, batches, bytes].map(String),
      ),
    ),
    markdownTable(
      ['patterns pushed', 'processor time, ms', 'with --jitless, ms', 'ratio'],
      compiled.map(({ pushed, cpuMs }, i) => {
        const slowMs = interpreted[i]?.cpuMs ?? NaN;
        const figures = [cpuMs, slowMs, slowMs / cpuMs].map((value) => value.toFixed(1));
        return [String(pushed), ...figures];
      }),
    ),
    markdownTable(
      ['installed with @omega-tv/client', 'own code, KB', 'others, KB'],
      [[`${packages} packages`, toKilobytes(ownBytes), toKilobytes(otherBytes)]],
    ),
  ].join('\n');
}

function toKilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
