import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, createLogger } from 'vite';

/** The oldest browser of the TVs in the field. */
const TARGET = 'chrome68';

export interface Bundle {
  readonly script: string;
  /** Files that the script loads, by path from the server's root. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** Each built-in of Node that a module asks for, and each warning of the bundler. */
  readonly complaints: readonly string[];
}

/** Bundles a module as one script, lowered to the oldest browser. */
export async function bundleForBrowser(entry: URL): Promise<Bundle> {
  const input = fileURLToPath(entry);
  const complaints: string[] = [];
  const logger = createLogger('silent');
  const complain = (message: string): void => {
    complaints.push(message);
  };
  const output = await build({
    root: path.dirname(input),
    configFile: false,
    logLevel: 'silent',
    customLogger: { ...logger, warn: complain, warnOnce: complain, error: complain },
    build: {
      write: false,
      target: TARGET,
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input,
        preserveEntrySignatures: 'strict',
        output: { format: 'es', entryFileNames: 'page.js' },
      },
    },
  });
  if (Array.isArray(output) || !('output' in output)) throw new Error('expected one build');
  const assets = new Map<string, Uint8Array>();
  for (const file of output.output) {
    if (file.type === 'asset') assets.set(`/${file.fileName}`, Buffer.from(file.source));
  }
  const [page, ...others] = output.output.filter((file) => file.type === 'chunk');
  if (page === undefined || others.length > 0) throw new Error('expected one script');
  for (const id of page.moduleIds) {
    if (id.includes('__vite-browser-external')) complain(`a built-in of Node: ${id}`);
  }
  return { script: page.code, assets, complaints };
}

export function gzipBytes(text: string): number {
  return gzipSync(text, { level: 9 }).length;
}
