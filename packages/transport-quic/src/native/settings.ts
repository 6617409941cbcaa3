import type { ServerCertificate } from '../server/certificate.js';
import { ALPN } from '../wire/limits.js';
import type { NativeConfig, Quiche } from './load-quiche.js';

/** Datagrams in both directions: what every path of IPv6 carries, less its headers (RFC 8200 section 5). Bytes. */
export const MAX_DATAGRAM_BYTES = 1232;

/** Of one side: each address that a client moves to takes one of its own (RFC 9000 section 9.5). */
const CONNECTION_IDS = 16;

/** Of one connection, both ways. */
export interface ConnectionLimits {
  /** Silence after which a connection is forgotten. Milliseconds. */
  readonly idleTimeoutMs: number;
  /** Bytes of streams that wait to be read, all together; of one stream the same. */
  readonly maxUnreadBytes: number;
  /** Streams that the peer may have open. */
  readonly maxStreams: number;
}

/**
 * What all connections of a server share, its session tickets included.
 * @throws Error of the addon for a certificate or a key that is none.
 */
export function createServerConfig(
  quiche: Quiche,
  { cert, key }: ServerCertificate,
  limits: ConnectionLimits,
): NativeConfig {
  const [certs, keys] = [[Buffer.from(cert)], [Buffer.from(key)]];
  return withLimits(quiche.Config.withBoringSslCtx(false, false, null, keys, certs, null), limits);
}

/** What all connections of a client share: whom it trusts. @param trusted PEM, any number. */
export function createClientConfig(
  quiche: Quiche,
  trusted: readonly string[],
  limits: ConnectionLimits,
): NativeConfig {
  const authorities = Buffer.from(trusted.join('\n'));
  return withLimits(
    quiche.Config.withBoringSslCtx(true, false, authorities, null, null, null),
    limits,
  );
}

function withLimits(config: NativeConfig, limits: ConnectionLimits): NativeConfig {
  const { idleTimeoutMs, maxUnreadBytes, maxStreams } = limits;
  config.setApplicationProtos([ALPN]);
  config.enableEarlyData();
  config.grease(false);
  config.setMaxIdleTimeout(idleTimeoutMs);
  config.setMaxRecvUdpPayloadSize(65_527);
  config.setMaxSendUdpPayloadSize(MAX_DATAGRAM_BYTES);
  config.setInitialMaxData(maxUnreadBytes);
  config.setInitialMaxStreamDataBidiLocal(maxUnreadBytes);
  config.setInitialMaxStreamDataBidiRemote(maxUnreadBytes);
  config.setMaxConnectionWindow(maxUnreadBytes);
  config.setMaxStreamWindow(maxUnreadBytes);
  config.setInitialMaxStreamsBidi(maxStreams);
  config.setInitialMaxStreamsUni(0);
  config.setDisableActiveMigration(false);
  config.setActiveConnectionIdLimit(CONNECTION_IDS);
  return config;
}
