import { createMiniLmCodec, createNodeV1Format } from '@omega-tv/compression/node';
import { Constellation, openLevelConstellationStore } from '@omega-tv/constellation';
import { LEARNS_ALL } from './learns-all.js';
import type { Messages } from './messages.js';

/** What a push costs the process that decides it: read, decided, written, folded, answered. */
export interface DecisionCost {
  /** Processor time of all threads, of a push without patterns. Milliseconds. */
  readonly emptyMs: number;
  /** Of each pattern beside that. */
  readonly patternMs: number;
  readonly logBytesPerPush: number;
  readonly logBytesPerPattern: number;
}

/** Pushes that are decided together, as they come of so many connections. */
const AT_ONCE = 32;
/** Fewer than are covered by a checkpoint of their own accord. */
const MOST_PUSHES = 2048;
const PATTERNS = 10;

/** Decides pushes in this process, without HTTP and without tokens. */
export async function measureDecisions(
  directory: string,
  messages: Messages,
  { devices }: { readonly devices: number },
): Promise<DecisionCost> {
  const constellation = await Constellation.open({
    store: await openLevelConstellationStore({ directory }),
    format: createNodeV1Format(),
    snapshots: { codecs: [createMiniLmCodec()] },
    federation: LEARNS_ALL,
  });
  const pushes = Math.min(devices, MOST_PUSHES);
  const push = async (from: string, patterns: number) => {
    const before = constellation.log;
    const cpu = process.cpuUsage();
    for (let first = 0; first < pushes; first += AT_ONCE) {
      const count = Math.min(AT_ONCE, pushes - first);
      await Promise.all(
        Array.from({ length: count }, (_, i) =>
          constellation.syncFrame(messages.frame(`${from}-${first + i}`, 1, patterns)),
        ),
      );
    }
    const { user, system } = process.cpuUsage(cpu);
    const { entries, bytes } = constellation.log;
    const entriesAdded = Math.max(1, entries - before.entries);
    return {
      cpuMs: (user + system) / 1000 / pushes,
      logBytes: (bytes - before.bytes) / entriesAdded,
    };
  };
  // Code is compiled once.
  await push('warm', PATTERNS);
  await constellation.checkpoint();
  const empty = await push('empty', 0);
  await constellation.checkpoint();
  const ten = await push('ten', PATTERNS);
  await constellation.close();
  return {
    emptyMs: empty.cpuMs,
    patternMs: (ten.cpuMs - empty.cpuMs) / PATTERNS,
    logBytesPerPush: empty.logBytes,
    logBytesPerPattern: (ten.logBytes - empty.logBytes) / PATTERNS,
  };
}
