import { encodeBody } from './encode-body.js';
import type { Exchange } from './exchange.js';
import type { HttpFault } from './faults.js';
import { durationMs } from './waiting.js';

type Carry<Kind extends HttpFault['kind']> = (
  exchange: Exchange,
  fault: Extract<HttpFault, { readonly kind: Kind }>,
  body: Buffer,
) => unknown;

const PORTAL_PAGE =
  '<!doctype html><html><head><title>Welcome</title></head><body>Log in to use this network.</body></html>';
const NOTHING = Buffer.alloc(0);

const CARRIERS: { readonly [Kind in HttpFault['kind']]: Carry<Kind> } = {
  none: async (exchange, _, body) => {
    exchange.answer(await exchange.forward(body));
  },
  delay: async (exchange, { ms }, body) => {
    await exchange.pause(ms);
    exchange.answer(await exchange.forward(body));
  },
  late: async (exchange, { ms }, body) => {
    const answer = await exchange.forward(body);
    await exchange.pause(ms);
    exchange.answer(answer);
  },
  silence: () => undefined,
  'lose-request': (exchange) => {
    exchange.reset();
  },
  'lose-answer': async (exchange, _, body) => {
    await exchange.forward(body);
    exchange.reset();
  },
  'cut-request': async (exchange, { bytes }, body) => {
    await exchange.forwardPart(body, bytes);
    exchange.reset();
  },
  'cut-answer': async (exchange, { bytes }, body) => {
    exchange.answerPart(await exchange.forward(body), bytes);
  },
  duplicate: async (exchange, _, body) => {
    await exchange.forward(body);
    exchange.answer(await exchange.forward(body));
  },
  encode: async (exchange, { encoding }, body) => {
    const answer = await exchange.forward(body);
    const headers = [...answer.headers, 'Content-Encoding', encoding];
    exchange.answer({ ...answer, headers, body: encodeBody(encoding, answer.body) });
  },
  throttle: async (exchange, { bitsPerSecond }, body) => {
    await exchange.pause(durationMs(bitsPerSecond, body.length));
    await exchange.answerSlowly(await exchange.forward(body), bitsPerSecond);
  },
  redirect: (exchange, { status, location }) => {
    const headers = ['Location', location + (exchange.request.url ?? '')];
    exchange.answer({ status, headers, body: NOTHING });
  },
  portal: (exchange, { status }) => {
    const headers = ['Content-Type', 'text/html; charset=utf-8'];
    exchange.answer({ status, headers, body: Buffer.from(PORTAL_PAGE) });
  },
  status: (exchange, { status, retryAfter }) => {
    const headers = retryAfter === undefined ? [] : ['Retry-After', retryAfter];
    exchange.answer({ status, headers, body: NOTHING });
  },
};

/** Does to an exchange what the fault says; waits until it is done. */
export async function carry(exchange: Exchange, fault: HttpFault, body: Buffer): Promise<void> {
  // The table has each kind's own carrier, which the compiler cannot follow through a union.
  const carrier = CARRIERS[fault.kind] as Carry<HttpFault['kind']>;
  await carrier(exchange, fault, body);
}
