import { ENCODINGS, type HttpFault, type TcpFault } from './faults.js';

interface Notation {
  /** As it is written, for `--help`. */
  readonly form: string;
  readonly means: string;
  /** For connections too, not for exchanges of HTTP alone. */
  readonly isTcp?: boolean;
  /** Undefined where the argument is none. */
  read(argument: string): HttpFault | TcpFault | undefined;
}

/** How faults are written on a command line. */
export const FAULT_NOTATIONS: Readonly<
  Record<Exclude<HttpFault['kind'] | TcpFault['kind'], 'none'>, Notation>
> = {
  delay: {
    form: 'delay=MS',
    means: 'the request reaches the server later',
    isTcp: true,
    read: (text) => withNumber(text, (ms) => ({ kind: 'delay', ms })),
  },
  late: {
    form: 'late=MS',
    means: 'the answer leaves later',
    read: (text) => withNumber(text, (ms) => ({ kind: 'late', ms })),
  },
  'lose-request': {
    form: 'lose-request',
    means: 'reset; the server sees nothing',
    read: (text) => bare(text, { kind: 'lose-request' }),
  },
  'lose-answer': {
    form: 'lose-answer',
    means: 'reset after the server handled it',
    read: (text) => bare(text, { kind: 'lose-answer' }),
  },
  silence: {
    form: 'silence',
    means: 'nothing is passed on or answered',
    isTcp: true,
    read: (text) => bare(text, { kind: 'silence' }),
  },
  'cut-request': {
    form: 'cut-request=BYTES',
    means: 'reset after so much of the body (tcp: of all bytes)',
    isTcp: true,
    read: (text) => withNumber(text, (bytes) => ({ kind: 'cut-request', bytes })),
  },
  'cut-answer': {
    form: 'cut-answer=BYTES',
    means: 'reset after so much of the body (tcp: of all bytes)',
    isTcp: true,
    read: (text) => withNumber(text, (bytes) => ({ kind: 'cut-answer', bytes })),
  },
  duplicate: {
    form: 'duplicate',
    means: 'the server gets the request twice',
    read: (text) => bare(text, { kind: 'duplicate' }),
  },
  encode: {
    form: `encode=${ENCODINGS.join('|')}`,
    means: 'the answer is encoded, unasked (zstd: only said)',
    read: (text) => {
      const encoding = ENCODINGS.find((one) => one === text);
      return encoding === undefined ? undefined : { kind: 'encode', encoding };
    },
  },
  redirect: {
    form: 'redirect=STATUS,URL',
    means: 'a redirect to a base URL',
    read: (text) => {
      const [, status = '', location = ''] = /^(3\d\d),(.+)$/.exec(text) ?? [];
      return location === '' ? undefined : { kind: 'redirect', status: Number(status), location };
    },
  },
  portal: {
    form: 'portal[=511]',
    means: 'the login page of a network',
    read: (text) => {
      if (text === '511') return { kind: 'portal', status: 511 };
      return bare(text, { kind: 'portal', status: 200 });
    },
  },
  status: {
    form: 'status=STATUS[,RETRY-AFTER]',
    means: 'an error status',
    read: (text) => {
      const [, status, retryAfter] = /^([45]\d\d)(?:,(.+))?$/.exec(text) ?? [];
      if (status === undefined) return undefined;
      const wait = retryAfter === undefined ? {} : { retryAfter };
      return { kind: 'status', status: Number(status), ...wait };
    },
  },
  throttle: {
    form: 'throttle=BITS-PER-SECOND',
    means: 'a slow line, both ways',
    isTcp: true,
    read: (text) =>
      withNumber(text, (bitsPerSecond) =>
        bitsPerSecond > 0 ? { kind: 'throttle', bitsPerSecond } : undefined,
      ),
  },
  reset: {
    form: 'reset',
    means: 'tcp alone: reset when accepted',
    isTcp: true,
    read: (text) => bare(text, { kind: 'reset' }),
  },
};

/** Reads a fault of HTTP such as `late=500` or `portal`; undefined where it is none. */
export function parseHttpFault(text: string): HttpFault | undefined {
  const fault = parseFault(text);
  return fault?.kind === 'reset' ? undefined : fault;
}

/** Reads a fault of TCP such as `cut-answer=100` or `reset`; undefined where it is none. */
export function parseTcpFault(text: string): TcpFault | undefined {
  const fault = parseFault(text);
  return fault !== undefined && isTcpFault(fault) ? fault : undefined;
}

function parseFault(text: string): HttpFault | TcpFault | undefined {
  const [name = '', argument = ''] = text.split(/=(.*)/s);
  const notation = Object.entries(FAULT_NOTATIONS).find(([kind]) => kind === name)?.[1];
  return notation?.read(argument);
}

function isTcpFault(fault: HttpFault | TcpFault): fault is TcpFault {
  return fault.kind === 'none' || FAULT_NOTATIONS[fault.kind].isTcp === true;
}

function bare<Fault>(argument: string, fault: Fault): Fault | undefined {
  return argument === '' ? fault : undefined;
}

function withNumber<Fault>(
  argument: string,
  make: (value: number) => Fault | undefined,
): Fault | undefined {
  return /^\d{1,9}$/.test(argument) ? make(Number(argument)) : undefined;
}
