// A server whose connections are counted and weighed.
import { answerHttps, answerQuic, type Answering, type Certificate } from '../exchanges.js';
import { answerQuestions } from './asked-process.js';

interface ServerUsage {
  readonly connections: number;
  /** Of all threads, since the start. Milliseconds. */
  readonly cpuMs: number;
}

let server: Answering | undefined;

const questions = {
  /** @returns the port. */
  serve: async (order: { readonly way: 'https' | 'quic'; readonly certificate: Certificate }) => {
    const { way, certificate } = order;
    server = await (way === 'quic' ? answerQuic(certificate) : answerHttps(certificate));
    return server.port;
  },
  usage: async (): Promise<ServerUsage> => {
    const { user, system } = process.cpuUsage();
    const connections = (await server?.connections()) ?? 0;
    return { connections, cpuMs: (user + system) / 1000 };
  },
  /** Resident memory, after what is not needed was collected. Bytes. */
  rssBytes: (): number => {
    // What a first collection finalises, a second one takes.
    globalThis.gc?.();
    globalThis.gc?.();
    return process.memoryUsage.rss();
  },
};

export type ServerQuestions = typeof questions;

answerQuestions(questions);
