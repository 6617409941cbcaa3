import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { SyncError } from '@omega-tv/types';
import { isBackupEntry, type BackupEntry } from './backup-entry.js';

/*
 * A backup: a line that says what it is, entries (length in 4 bytes, then the value as V8 clones
 * it), a length of 0, and the SHA-256 of all before.
 */
const TITLE = Buffer.from('omega-tv constellation backup 1\n');
const LENGTH_BYTES = 4;
const DIGEST_BYTES = 32;
/** An entry is a record: the largest, of a device, has some kilobytes. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;
const OWNER_ONLY = 0o600;

/** Writes a file that is there whole or not at all; one that was there before is replaced. */
export async function writeBackupFile(
  file: string,
  entries: AsyncIterable<unknown>,
): Promise<void> {
  const partial = `${file}.${randomBytes(6).toString('hex')}.partial`;
  const handle = await open(partial, 'wx', OWNER_ONLY);
  try {
    const hash = createHash('sha256');
    const write = async (bytes: Uint8Array): Promise<void> => {
      hash.update(bytes);
      await handle.writeFile(bytes);
    };
    await write(TITLE);
    for await (const entry of entries) {
      const body = serialize(entry);
      await write(Buffer.concat([lengthOf(body.length), body]));
    }
    await write(lengthOf(0));
    await handle.writeFile(hash.digest());
    await handle.sync();
    await handle.close();
    await rename(partial, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
}

function lengthOf(length: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(length);
  return bytes;
}

/** Reads a whole backup once, so that none of a torn one is used. @throws SyncError `invalid-config`. */
export async function verifyBackupFile(file: string): Promise<void> {
  const entries = readBackupFile(file)[Symbol.asyncIterator]();
  for (let next = await entries.next(); next.done !== true;) next = await entries.next();
}

/**
 * The entries of a backup. Only its end says that it is whole.
 * @throws SyncError `invalid-config` for another file, one that is cut or changed, or a record that is none.
 */
export async function* readBackupFile(file: string): AsyncIterable<BackupEntry> {
  const reader = new Reader(file);
  try {
    const title = await reader.take(TITLE.length);
    if (title?.equals(TITLE) !== true) throw refused(file, 'is no backup of a Constellation');
    for (;;) {
      const length = (await reader.take(LENGTH_BYTES))?.readUInt32BE();
      if (length === undefined || length > MAX_ENTRY_BYTES) throw torn(file);
      if (length === 0) break;
      const body = await reader.take(length);
      if (body === undefined) throw torn(file);
      yield toValue(file, body);
    }
    const expected = reader.digest();
    const found = await reader.take(DIGEST_BYTES);
    if (found?.equals(expected) !== true || (await reader.take(1)) !== undefined) throw torn(file);
  } finally {
    reader.close();
  }
}

function toValue(file: string, body: Buffer): BackupEntry {
  let value: unknown;
  try {
    value = deserialize(body);
  } catch {
    throw torn(file);
  }
  if (isBackupEntry(value)) return value;
  throw refused(file, 'holds a record that no server wrote; take another backup');
}

/** Takes a file piece by piece, and hashes what was taken. */
class Reader {
  readonly #stream: ReturnType<typeof createReadStream>;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #hash = createHash('sha256');
  #held: Buffer = Buffer.alloc(0);

  constructor(file: string) {
    this.#stream = createReadStream(file);
    this.#chunks = (this.#stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Undefined where the file has not so many bytes more. */
  async take(length: number): Promise<Buffer | undefined> {
    const parts = [this.#held];
    let size = this.#held.length;
    while (size < length) {
      const next = await this.#chunks.next();
      if (next.done === true) return undefined;
      parts.push(next.value);
      size += next.value.length;
    }
    const all = Buffer.concat(parts);
    this.#held = all.subarray(length);
    const taken = all.subarray(0, length);
    this.#hash.update(taken);
    return taken;
  }

  /** Of all that was taken so far. */
  digest(): Buffer {
    return this.#hash.copy().digest();
  }

  close(): void {
    this.#stream.destroy();
  }
}

function torn(file: string): SyncError<'invalid-config'> {
  return refused(file, 'is damaged or cut off; take another backup');
}

function refused(file: string, problem: string): SyncError<'invalid-config'> {
  return new SyncError('invalid-config', `The file ${file} ${problem}`, { field: 'file' });
}
