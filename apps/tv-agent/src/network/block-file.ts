import { readFile } from 'node:fs/promises';
import { Type } from 'typebox';
import { Check } from 'typebox/value';
import { writeFileAtomically } from '@omega-tv/command-line';
import type { BlockMemory, KeptBlock } from '@omega-tv/transport-quic';

const BlockSchema = Type.Object({
  sinceMs: Type.Integer(),
  untilMs: Type.Integer(),
});

/**
 * Keeps in a file that QUIC does not get through here. What cannot be read counts as nothing kept, and
 * what cannot be written is forgotten with the process: then QUIC is tried once more than needed.
 */
export function openBlockFile(file: string): BlockMemory {
  let kept: Promise<KeptBlock | undefined> | undefined;
  return {
    load: () => (kept ??= readBlock(file)),
    save: async (block) => {
      kept = Promise.resolve(block);
      await writeFileAtomically(file, `${JSON.stringify(block ?? {})}\n`).catch(() => undefined);
    },
  };
}

async function readBlock(file: string): Promise<KeptBlock | undefined> {
  try {
    const block: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Check(BlockSchema, block) ? block : undefined;
  } catch {
    return undefined;
  }
}
