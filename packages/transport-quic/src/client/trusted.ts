import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/**
 * Whom https trusts in Node unless told otherwise: the authorities that Node brings, and those of the
 * file that NODE_EXTRA_CA_CERTS names. PEM.
 */
export function trustedByNode(): readonly string[] {
  const file = process.env.NODE_EXTRA_CA_CERTS ?? '';
  return file === '' ? rootCertificates : [...rootCertificates, readFileSync(file, 'utf8')];
}
