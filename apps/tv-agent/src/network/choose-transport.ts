import path from 'node:path';
import { createHttpTransport, type HttpTransportOptions, type Transport } from '@omega-tv/protocol';
import {
  createAutoTransport,
  createQuicTransport,
  missingQuic,
  type QuicTransport,
  type Way,
} from '@omega-tv/transport-quic';
import { openBlockFile } from './block-file.js';

export const TRANSPORTS = ['https', 'quic', 'auto'] as const;

export interface TransportChoice extends HttpTransportOptions {
  readonly transport: (typeof TRANSPORTS)[number];
  /** UDP. Default: the port of the URL. */
  readonly quicPort?: number;
  /** The TV's folder: what is found out of the network is kept there. */
  readonly directory: string;
  /** Told which way each answer came. */
  readonly onAnswered: (way: Way) => void;
  /** Told why this machine has no QUIC, where that is asked for. */
  readonly onMissing: (why: string) => void;
}

export interface ChosenTransport {
  readonly transport: Transport;
  close(): Promise<void>;
}

/** @throws SyncError `invalid-config` for a URL that cannot work, and for `quic` where there is none. */
export async function chooseTransport(choice: TransportChoice): Promise<ChosenTransport> {
  const { transport, onAnswered, directory } = choice;
  const quic = await openQuic(choice);
  const close = async (): Promise<void> => {
    await quic?.close();
  };
  if (transport === 'quic' && quic !== undefined) {
    return { transport: counted(quic, 'quic', onAnswered), close };
  }
  const https = createHttpTransport(choice);
  if (transport === 'https') return { transport: counted(https, 'https', onAnswered), close };
  const memory = openBlockFile(path.join(directory, 'quic-block.json'));
  return { transport: createAutoTransport({ quic, https, memory, onAnswered }), close };
}

async function openQuic(choice: TransportChoice): Promise<QuicTransport | undefined> {
  const { transport, quicPort, onMissing } = choice;
  if (transport === 'https') return undefined;
  const why = transport === 'auto' ? await missingQuic() : undefined;
  if (why !== undefined) {
    onMissing(why);
    return undefined;
  }
  return createQuicTransport({ ...choice, ...(quicPort === undefined ? {} : { port: quicPort }) });
}

function counted(transport: Transport, way: Way, onAnswered: (way: Way) => void): Transport {
  return {
    request: async (request) => {
      const answer = await transport.request(request);
      onAnswered(way);
      return answer;
    },
  };
}
