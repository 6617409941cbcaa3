import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';

/** Nothing of another origin, nothing inline, no frame around it. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/** Of the page, as they lie in the build: they import each other by these paths. */
const MODULES = [
  'request-buckets',
  ...[
    'main',
    'charts',
    'device-form',
    'elements',
    'event-stream',
    'pattern-map',
    'rates',
    'tables',
  ].map((name) => `dashboard/page/${name}`),
];

/** Path, type and place of each file. The build of the page is the same for sources and build. */
function listFiles(): readonly (readonly [string, string, string])[] {
  const { resolve } = createRequire(import.meta.url);
  const own = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));
  return [
    ['/', html, own('dashboard/index.html')],
    ['/page.css', css, own('dashboard/page.css')],
    ['/uplot.js', script, resolve('uplot/dist/uPlot.iife.min.js')],
    ['/uplot.css', css, resolve('uplot/dist/uPlot.min.css')],
    ...MODULES.map((name) => [`/${name}.js`, script, own(`dist/operations/${name}.js`)] as const),
  ];
}

/** Serves the page: it holds nothing of the server's, and asks for what it shows. */
export function addPageFiles(app: FastifyInstance): void {
  for (const [path, type, file] of listFiles()) {
    app.get(path, async (_request, reply) =>
      reply
        .header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
        .header('X-Content-Type-Options', 'nosniff')
        .header('Referrer-Policy', 'no-referrer')
        .type(type)
        .send(await readFile(file)),
    );
  }
}
