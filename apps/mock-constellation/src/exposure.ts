import { BlockList, isIP, isIPv6 } from 'node:net';
import { UsageError } from '@omega-tv/command-line';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Without keys anybody who reaches the server may push for any TV.
 * @throws UsageError where that would be more than this machine.
 */
export function checkExposure({ host, keys }: { host: string; keys?: string }): void {
  if (keys !== undefined || isLoopback(host)) return;
  throw new UsageError(
    `--host ${host} without --keys would let anybody push for any TV; add --keys <file> (the command keys makes one), or listen on 127.0.0.1`,
  );
}

/**
 * The admin port says what a server holds.
 * @throws UsageError where anybody beyond this machine could ask it without a token.
 */
export function checkAdminExposure(options: {
  adminHost: string;
  adminPort?: number;
  adminTokenFile?: string;
}): void {
  const { adminHost, adminPort, adminTokenFile } = options;
  if (adminPort === undefined || adminTokenFile !== undefined || isLoopback(adminHost)) return;
  throw new UsageError(
    `--admin-host ${adminHost} without --admin-token-file would let anybody see what the server holds; add one, or listen on 127.0.0.1`,
  );
}

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) !== 0 && loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
