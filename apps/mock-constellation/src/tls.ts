import { readFile } from 'node:fs/promises';
import { CommandError, describeCause, resolveFromCaller, UsageError } from '@omega-tv/command-line';
import type { TlsCertificate } from '@omega-tv/constellation';

export interface TlsOptions {
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly quicPort?: number;
}

/**
 * The certificate that the server shows; undefined where it speaks plain HTTP.
 * @throws UsageError where one of the two files is missing, or QUIC has none; CommandError for a file
 * that cannot be read.
 */
export async function readCertificate(options: TlsOptions): Promise<TlsCertificate | undefined> {
  const { tlsCert, tlsKey, quicPort } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new UsageError('--tls-cert and --tls-key go together');
  }
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return { cert: await read('certificate', tlsCert), key: await read('key', tlsKey) };
  }
  if (quicPort === undefined) return undefined;
  throw new UsageError('--quic-port needs --tls-cert and --tls-key: QUIC is always encrypted');
}

async function read(what: string, file: string): Promise<string> {
  const path = resolveFromCaller(file);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CommandError(`the ${what} ${path}: ${describeCause(cause)}`, { cause });
  }
}
