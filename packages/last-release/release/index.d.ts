// What the tests use of the last release; the rest of it is there as well. `index.js` is its
// packages in one file, as the compiler wrote them, and is never edited: with a new release it is
// replaced by that one's.
import type { Clock, PatternData, RandomSource } from '@omega-tv/types';

interface Transport {
  request(request: {
    readonly method: 'GET' | 'POST';
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array;
    readonly timeoutMs: number;
    readonly maxResponseBytes: number;
    readonly signal?: AbortSignal;
  }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  }>;
}

interface Store {
  skillStore(...patterns: readonly PatternData[]): Promise<void>;
  close(): Promise<void>;
}

interface Format {
  readonly protocolVersion: 1 | 2;
}

export const client: {
  readonly SyncClient: {
    create(options: {
      readonly url: string;
      readonly deviceId: string;
      readonly format: Format;
      readonly fallback?: Format;
      readonly store: Store;
      readonly transport?: Transport;
      readonly clock?: Clock;
      readonly random?: RandomSource;
      readonly timeoutMs?: number;
    }): Promise<{ syncStore(): Promise<unknown> }>;
  };
};

export const clientNode: {
  openLevelPatternStore(options: {
    readonly directory: string;
  }): Promise<{ readonly store: Store; readonly outcome: string }>;
};

export const compressionNode: {
  createNodeV1Format(): Format;
  createNodeV2Format(): Format;
  createMiniLmCodec(): { readonly codebook: object };
};

interface Server {
  listen(options: { readonly host: string; readonly port: number }): Promise<string>;
  close(): Promise<void>;
}

interface Constellation {
  report(): { readonly samplesAccepted: number; readonly devices: number };
  publish(): Promise<unknown>;
  close(): Promise<void>;
}

interface ServerStore {
  close(): Promise<void>;
}

export const constellation: {
  readonly Constellation: {
    open(options: {
      readonly store: ServerStore;
      readonly format: Format;
      readonly snapshots: { readonly codecs: readonly object[] };
      readonly federation?: { readonly minDevices: number };
      readonly clock?: Clock;
    }): Promise<Constellation>;
  };
  createServer(constellation: Constellation): Server;
  openLevelConstellationStore(options: { readonly directory: string }): Promise<ServerStore>;
};
