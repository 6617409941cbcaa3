import { createServer } from 'node:http';
import { carry } from './carry.js';
import { bodyOf, Exchange } from './exchange.js';
import type { HttpFault, Schedule } from './faults.js';
import { listenOnLoopback, type Listening } from './listening.js';
import { waitForReal, type Wait } from './waiting.js';

/** One exchange, when its fault is known. */
export interface ProxiedExchange {
  readonly method: string;
  readonly path: string;
  readonly fault: HttpFault;
}

export interface HttpProxyOptions {
  /** Base URL of the server, `http://host:port`. */
  readonly target: string;
  /** Asked once an exchange. */
  readonly schedule: Schedule<HttpFault>;
  /** Default: any free port. */
  readonly port?: number;
  readonly onExchange?: (exchange: ProxiedExchange) => void;
  /** Default: with the machine's timers. */
  readonly wait?: Wait;
}

/**
 * Listens on loopback, passes requests on to a server of HTTP/1.1, and does to each exchange what
 * the schedule says. Bodies are held whole: they are a TV's.
 */
export async function startHttpProxy(options: HttpProxyOptions): Promise<Listening> {
  const { wait = waitForReal, onExchange } = options;
  const server = createServer((request, response) => {
    const fault = options.schedule();
    const { method = 'GET', url: path = '/' } = request;
    onExchange?.({ method, path, fault });
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const exchange = new Exchange(options.target, request, response, wait, gone.signal);
    bodyOf(request)
      .then((body) => carry(exchange, fault, body))
      .catch(() => {
        // The server cannot be reached, or one of the two went away.
        request.socket.destroy();
      });
  });
  return listenOnLoopback(server, options.port, 'http');
}
