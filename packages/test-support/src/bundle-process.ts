// Bundles in a process of its own: Vite's native parts take only what their own realm made, and
// Jest runs tests in another one.
import path from 'node:path';
import { build, createLogger } from 'vite';
import type { BundleJson, BundleOptions } from './bundle.js';

const { entry, target, format } = JSON.parse(process.argv[2] ?? '') as BundleOptions;
const complaints: string[] = [];
const complain = (message: string): void => {
  complaints.push(message);
};
const output = await build({
  root: path.dirname(entry),
  configFile: false,
  logLevel: 'silent',
  customLogger: { ...createLogger('silent'), warn: complain, warnOnce: complain, error: complain },
  build: {
    write: false,
    target,
    modulePreload: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: entry,
      ...(format === 'es' ? { preserveEntrySignatures: 'strict' } : {}),
      output: { format, entryFileNames: 'page.js' },
    },
  },
});
if (Array.isArray(output) || !('output' in output)) throw new Error('expected one build');
const scripts = output.output.filter((file) => file.type === 'chunk');
const [page, ...others] = scripts;
if (page === undefined) throw new Error('expected a script');
if (others.length > 0) complain(`${others.length} scripts beside the page's`);
for (const id of scripts.flatMap(({ moduleIds }) => moduleIds)) {
  if (id.includes('__vite-browser-external')) complain(`a built-in of Node: ${id}`);
}
const assets = output.output.flatMap((file) =>
  file.type === 'asset'
    ? [[`/${file.fileName}`, Buffer.from(file.source).toString('base64')] as const]
    : [],
);
const json: BundleJson = { script: page.code, assets, complaints };
process.stdout.write(JSON.stringify(json));
