import { readFile } from 'node:fs/promises';
import { resolveFromCaller } from '@omega-tv/command-line';
import {
  Codecs,
  decodeSnapshotFrame,
  readSnapshotFrameBase,
  type Snapshot,
} from '@omega-tv/compression';
import { createEmbeddingCodec } from '@omega-tv/embedding-codec';
import { readMiniLmCodebook } from '@omega-tv/embedding-codec/node';
import { SyncError } from '@omega-tv/types';

export function openCodecs(): Codecs {
  return new Codecs([createEmbeddingCodec(readMiniLmCodebook())]);
}

export async function readFrameFile(file: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(resolveFromCaller(file)));
}

/** Reads the full snapshot of a `--base`. @throws SyncError where it is none. */
export async function readBase(codecs: Codecs, file: string): Promise<Snapshot> {
  const bytes = await readFrameFile(file);
  if (readSnapshotFrameBase(bytes) === undefined) return decodeSnapshotFrame(codecs, bytes);
  const message = `--base: ${file} is a diff; give a full snapshot (encode --full writes one)`;
  throw new SyncError('invalid-config', message, { field: 'base' });
}
