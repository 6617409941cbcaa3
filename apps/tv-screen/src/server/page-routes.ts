import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogueFiles } from '@omega-tv/catalogue';
import { CommandError } from '@omega-tv/command-line';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Where Vite puts the page; two folders up from here, built or not. */
const SITE = fileURLToPath(new URL('../../dist/site/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jsonl': 'application/jsonl; charset=utf-8',
};

/** Files of the page alone; no code from text, no other origin, no frame around it. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the built page and the catalogue beside the Constellation's routes.
 * @throws CommandError where the page was not built.
 */
export async function addPageRoutes(app: FastifyInstance): Promise<void> {
  const files = new Map<string, Buffer>();
  for (const name of await siteFiles())
    files.set(`/${name}`, await readFile(path.join(SITE, name)));
  files.set('/catalogue.jsonl', await readFile(catalogueFiles.titles));
  files.set('/catalogue.f16', await readFile(catalogueFiles.embeddings));
  const send = (reply: FastifyReply, file: string): FastifyReply => {
    // Names with a hash of the content never mean another one.
    const isImmutable = file.startsWith('/assets/');
    return reply
      .header('content-security-policy', POLICY)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      .type(TYPES[path.extname(file)] ?? 'application/octet-stream')
      .send(files.get(file));
  };
  for (const file of files.keys()) app.get(file, (_request, reply) => send(reply, file));
  app.get('/', (_request, reply) => send(reply, '/index.html'));
}

async function siteFiles(): Promise<readonly string[]> {
  try {
    const entries = await readdir(SITE, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(SITE, path.join(entry.parentPath, entry.name)));
  } catch {
    throw new CommandError('the page is not built; npm run prepare builds it');
  }
}
