import { defineConfig } from 'vite';

/** The page: no script or style within its HTML, which the policy of the server would refuse. */
export default defineConfig({
  root: 'src/page',
  logLevel: 'warn',
  build: {
    outDir: '../../dist/site',
    emptyOutDir: true,
    target: 'chrome68',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
