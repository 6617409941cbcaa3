// Many clients of one server, each with a connection that it keeps.
import { Agent } from 'node:https';
import { createQuicTransport } from '@omega-tv/transport-quic';
import { askHttps, askQuic, type Certificate } from '../exchanges.js';
import { answerQuestions } from './asked-process.js';

interface Order {
  readonly way: 'https' | 'quic';
  readonly port: number;
  readonly certificate: Certificate;
  readonly clients: number;
}

/** Clients that connect at once; more only wait for each other. */
const AT_ONCE = 16;

const clients: (() => Promise<void>)[] = [];

const questions = {
  /** Opens the connections, an exchange over each. @returns exchanges that failed. */
  open: async ({ way, port, certificate: { cert: ca }, clients: count }: Order) => {
    for (let i = 0; i < count; i += 1) {
      if (way === 'https') {
        const agent = new Agent({ keepAlive: true });
        clients.push(() => askHttps(port, ca, agent));
      } else {
        const transport = await createQuicTransport({ baseUrl: `https://localhost:${port}`, ca });
        clients.push(() => askQuic(transport));
      }
    }
    return askAll();
  },
  /** One more exchange over each. @returns exchanges that failed. */
  exchange: () => askAll(),
};

async function askAll(): Promise<number> {
  let failed = 0;
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let client = clients[next++]; client !== undefined; client = clients[next++]) {
        await client().catch(() => (failed += 1));
      }
    }),
  );
  return failed;
}

export type ClientQuestions = typeof questions;

answerQuestions(questions);
