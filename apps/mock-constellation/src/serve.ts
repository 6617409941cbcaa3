import { once } from 'node:events';
import {
  createAdminServer,
  createServer,
  ServerMetrics,
  type ServerOptions,
} from '@omega-tv/constellation';
import { createNodeV1Format } from '@omega-tv/compression/node';
import { createAppLogger, resolveFromCaller, signalOfProcess } from '@omega-tv/command-line';
import { createRandom } from '@omega-tv/seeded-random';
import type { QuicServer } from '@omega-tv/transport-quic';
import { readAdminToken } from './admin-token.js';
import { openEngine, type EngineOptions } from './engine.js';
import { checkAdminExposure, checkExposure } from './exposure.js';
import { installFaults, type Faults } from './faults.js';
import { openAuthenticator } from './keys.js';
import { serveQuic } from './quic.js';
import { readCertificate, type TlsOptions } from './tls.js';

export interface ServeOptions extends EngineOptions, TlsOptions {
  readonly host: string;
  readonly port: number;
  readonly keys?: string;
  readonly allowV1: boolean;
  readonly allowOrigin: readonly string[];
  readonly trustProxy: readonly string[];
  readonly ratePerAddress: number;
  readonly ratePerDevice: number;
  readonly adminPort?: number;
  readonly adminHost: string;
  readonly adminTokenFile?: string;
  readonly printConfig: boolean;
  readonly logLevel: string;
  readonly logEvery: number;
  readonly faultLatency: number;
  readonly faultErrorRate: number;
  readonly faultTruncateRate: number;
  readonly faultVersionOffset: number;
  readonly faultSeed: number;
}

/** Serves until a signal arrives, then ends cleanly: requests under way are answered first. */
export async function serve({ printConfig, ...options }: ServeOptions): Promise<void> {
  checkExposure(options);
  checkAdminExposure(options);
  if (printConfig) {
    process.stdout.write(`${JSON.stringify(options, null, 2)}\n`);
    return;
  }
  const stopped = signalOfProcess();
  const logger = createAppLogger(options.logLevel);
  const authenticator =
    options.keys === undefined
      ? undefined
      : await openAuthenticator(resolveFromCaller(options.keys), logger, stopped);
  const token = await readAdminToken(options.adminTokenFile);
  const certificate = await readCertificate(options);
  const format = createNodeV1Format({ logger });
  const engine = await openEngine(options, format, logger);
  const { constellation } = engine;
  const metrics = new ServerMetrics(constellation);
  const app = createServer(constellation, {
    logger,
    metrics,
    ...toServerOptions(options),
    ...(certificate === undefined ? {} : { tls: certificate }),
    ...(authenticator === undefined ? {} : { authenticator }),
  });
  installFaults(app, toFaults(options), format, createRandom('faults', options.faultSeed));
  const isReady = (): boolean => !stopped.aborted && engine.isReady();
  const admin = createAdminServer({
    ...{ constellation, metrics, isReady, logger },
    ...(token === undefined ? {} : { token }),
  });
  let quic: QuicServer | undefined;
  engine.begin(metrics);
  try {
    if (options.adminPort !== undefined) {
      const adminUrl = await admin.listen({ host: options.adminHost, port: options.adminPort });
      say(`operators: ${adminUrl} (the dashboard; livez, readyz, metrics, report)`);
    }
    const url = await app.listen({ host: options.host, port: options.port });
    if (options.quicPort !== undefined && certificate !== undefined) {
      const { host, quicPort: port, ratePerAddress } = options;
      const count = metrics.count.bind(metrics);
      const { logEvery } = options;
      const serving = { app, certificate, host, port, ratePerAddress };
      quic = await serveQuic({ ...serving, count, logger, logEvery });
      say(`QUIC: UDP port ${quic.port}`);
    }
    if (authenticator === undefined) {
      say('no --keys: anybody may push for any TV, so only this machine is listened to');
    }
    process.stdout.write(`Constellation listening on ${url}\n`);
    if (!stopped.aborted) await once(stopped, 'abort');
    say('stopping: requests under way are answered first');
  } finally {
    await quic?.close();
    await app.close();
    await engine.close();
    await admin.close();
  }
}

function toServerOptions(options: Omit<ServeOptions, 'printConfig'>): ServerOptions {
  return {
    allowV1: options.allowV1,
    allowOrigins: options.allowOrigin,
    trustProxies: options.trustProxy,
    logEvery: options.logEvery,
    limits: {
      perAddress: options.ratePerAddress,
      perDevice: options.ratePerDevice,
      pendingPushes: options.maxPending,
    },
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function toFaults(options: Omit<ServeOptions, 'printConfig'>): Faults {
  return {
    latencyMs: options.faultLatency,
    errorRate: options.faultErrorRate,
    truncateRate: options.faultTruncateRate,
    versionOffset: options.faultVersionOffset,
  };
}
