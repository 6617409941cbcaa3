import { gzipSync } from 'node:zlib';
import { bundleScript, type Bundle } from '@omega-tv/test-support';

/** Bundles a module as one script, lowered to the oldest browser of the TVs in the field. */
export function bundleForBrowser(entry: URL): Promise<Bundle> {
  return bundleScript(entry, 'chrome68');
}

export function gzipBytes(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}
