import { readFile } from 'node:fs/promises';
import { checkInput, CommandError, resolveFromCaller } from '@omega-tv/command-line';
import {
  Codecs,
  decodeSnapshotFrame,
  readSnapshotFrameBase,
  type Snapshot,
} from '@omega-tv/compression';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';

export function openCodecs(): Codecs {
  return new Codecs([createEmbeddingCodec(readMiniLmCodebook())]);
}

export async function readFrameFile(file: string): Promise<Uint8Array> {
  const source = resolveFromCaller(file);
  await checkInput(source);
  return new Uint8Array(await readFile(source));
}

/** Reads the full snapshot of a `--base`. @throws CommandError where it is a diff; SyncError where it is none. */
export async function readBase(codecs: Codecs, file: string): Promise<Snapshot> {
  const bytes = await readFrameFile(file);
  if (readSnapshotFrameBase(bytes) === undefined) return decodeSnapshotFrame(codecs, bytes);
  throw new CommandError(
    `--base: ${file} is a diff; give a full snapshot (encode --full writes one)`,
  );
}
