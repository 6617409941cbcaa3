import { signalOfProcess, UsageError } from '@omega-tv/command-line';
import {
  atRandom,
  inOrder,
  parseHttpFault,
  parseTcpFault,
  startHttpProxy,
  startTcpProxy,
  type HttpFault,
  type Listening,
  type Schedule,
  type TcpFault,
} from '@omega-tv/fault-proxy';
import { createRandom } from '@omega-tv/seeded-random';

const HTTP_PORT = 80;

export interface ServeOptions {
  readonly target: URL;
  readonly fault: readonly string[];
  readonly rate?: number;
  readonly seed: number;
  readonly tcp: boolean;
  readonly port: number;
}

/** Proxies until a signal arrives; each exchange, or connection, is a line on stderr. */
export async function serve(options: ServeOptions): Promise<void> {
  const stopped = signalOfProcess();
  const proxy = await (options.tcp ? startTcp(options) : startHttp(options));
  try {
    process.stdout.write(`fault-proxy listening on http://127.0.0.1:${proxy.port}\n`);
    if (!stopped.aborted) {
      await new Promise((resolve) => {
        stopped.addEventListener('abort', resolve, { once: true });
      });
    }
  } finally {
    await proxy.close();
  }
}

function startHttp(options: ServeOptions): Promise<Listening> {
  const { target, port } = options;
  return startHttpProxy({
    target: target.origin,
    port,
    schedule: scheduleOf<HttpFault>(options, parseHttpFault),
    onExchange: ({ method, path, fault }) => {
      say(`${method} ${path}`, fault);
    },
  });
}

function startTcp(options: ServeOptions): Promise<Listening> {
  const { target, port } = options;
  const { hostname } = target;
  return startTcpProxy({
    target: {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: target.port === '' ? HTTP_PORT : Number(target.port),
    },
    port,
    schedule: scheduleOf<TcpFault>(options, parseTcpFault),
    onConnection: (fault) => {
      say('connection', fault);
    },
  });
}

function scheduleOf<Fault extends HttpFault | TcpFault>(
  { fault, rate, seed }: ServeOptions,
  parse: (text: string) => Fault | undefined,
): Schedule<Fault | { readonly kind: 'none' }> {
  const faults = fault.map((text) => {
    const parsed = parse(text);
    if (parsed !== undefined) return parsed;
    throw new UsageError(`--fault ${text} is none here; add --help for what there is`);
  });
  return rate === undefined
    ? inOrder(...faults)
    : atRandom(faults, rate, createRandom('faults', seed));
}

function say(what: string, { kind, ...details }: HttpFault | TcpFault): void {
  const more = Object.entries(details).map(([name, value]) => ` ${name}=${String(value)}`);
  process.stderr.write(`${what}: ${kind}${more.join('')}\n`);
}
