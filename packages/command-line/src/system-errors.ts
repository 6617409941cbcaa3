import { getSystemErrorMap } from 'node:util';
import { isNativeError } from 'node:util/types';

/** An error of the operating system, as Node reports it. */
interface SystemError extends Error {
  readonly code: string;
  readonly errno?: number;
  readonly syscall: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

type Advised = readonly [problem: string, advice: string];

const ABOUT_FILES: Readonly<Record<string, Advised>> = {
  EACCES: ['this user may not do that there', 'change its permissions or choose another place'],
  EBUSY: ['it is in use', 'wait for its user to end or choose another place'],
  EDQUOT: ["this user's share of the disk is full", 'free some space'],
  EEXIST: ['something else of this name is in the way', 'move it or choose another name'],
  EFBIG: ['the file would be larger than is allowed', 'raise the limit or write less'],
  EIO: ['the disk fails', 'check the disk or choose another one'],
  EISDIR: ['it is a folder', 'name a file'],
  ELOOP: ['its links lead in a circle', 'check the path'],
  EMFILE: ['too many files are open', 'raise the limit of open files'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  ENOENT: ['there is no such file or folder', 'check the path'],
  ENOSPC: ['the disk is full', 'free some space or choose another disk'],
  ENOTDIR: ['a part of the path is a file, not a folder', 'check the path'],
  EPERM: ['the system does not allow it', 'change its permissions or choose another place'],
  EROFS: ['the disk can only be read', 'choose another place'],
};

const ABOUT_ADDRESSES: Readonly<Record<string, Advised>> = {
  EACCES: ['this user may not listen there', 'choose a port from 1024'],
  EADDRINUSE: ['another process listens there', 'stop it or choose another port'],
  EADDRNOTAVAIL: ['this machine has no such address', 'choose one of its own, such as 127.0.0.1'],
  EAFNOSUPPORT: ['this machine does not speak that kind of address', 'choose another one'],
  EAI_AGAIN: ['the name could not be looked up', 'check the network, or give an address'],
  ENOTFOUND: ['there is no host of this name', 'check the name, or give an address'],
};

/** What the operating system refused, in words and with what to do; undefined for other errors. */
export function systemReason(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  const table = isAboutAddress(error) ? ABOUT_ADDRESSES : ABOUT_FILES;
  const advised = table[error.code];
  if (advised !== undefined) return advised.join('; ');
  return error.errno === undefined ? undefined : getSystemErrorMap().get(error.errno)?.[1];
}

/** The same with the path or the address that it is about. */
export function describeSystemError(error: unknown): string | undefined {
  const reason = systemReason(error);
  if (reason === undefined || !isSystemError(error)) return reason;
  const { path, address, port, hostname } = error;
  if (path !== undefined) return `${path}: ${reason}`;
  if (hostname !== undefined) return `${hostname}: ${reason}`;
  if (port !== undefined) return `port ${port} of ${address ?? 'this machine'}: ${reason}`;
  return reason;
}

function isSystemError(error: unknown): error is SystemError {
  return (
    isNativeError(error) &&
    'syscall' in error &&
    'code' in error &&
    typeof error.code === 'string' &&
    !error.code.startsWith('ERR_')
  );
}

function isAboutAddress({ syscall }: SystemError): boolean {
  return ['listen', 'bind', 'connect', 'getaddrinfo'].includes(syscall);
}
