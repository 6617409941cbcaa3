import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes beside the target and renames: a reader sees the old file or the new one, never half. */
export async function writeFileAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
