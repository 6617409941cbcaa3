import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const bundleProcess = fileURLToPath(new URL('bundle-process.js', import.meta.url));

export interface Bundle {
  readonly script: string;
  /** Files that the script loads, by path from the server's root. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** Each built-in of Node that a module asks for, and each warning of the bundler. */
  readonly complaints: readonly string[];
}

export interface BundleOptions {
  readonly entry: string;
  /** The oldest engine that shall understand the script, such as `chrome68` or `es2020`. */
  readonly target: string;
  readonly format: 'es' | 'iife';
}

/** What the bundling process prints. */
export interface BundleJson {
  readonly script: string;
  readonly assets: readonly (readonly [path: string, base64: string])[];
  readonly complaints: readonly string[];
}

/** Bundles a module and all that it imports as one script for a page. */
export async function bundleScript(
  entry: URL,
  target: string,
  format: BundleOptions['format'] = 'es',
): Promise<Bundle> {
  const options: BundleOptions = { entry: fileURLToPath(entry), target, format };
  const { stdout } = await run(process.execPath, [bundleProcess, JSON.stringify(options)], {
    maxBuffer: Infinity,
  });
  const { script, assets, complaints } = JSON.parse(stdout) as BundleJson;
  return {
    script,
    assets: new Map(assets.map(([path, base64]) => [path, Buffer.from(base64, 'base64')])),
    complaints,
  };
}
