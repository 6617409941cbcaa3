import { createV2Format, type ClientFormat } from '@omega-tv/compression';
import { createEmbeddingCodec, parseCodebook } from '@omega-tv/embedding-codec';
import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
import { SyncError } from '@omega-tv/types';

export interface LoadV2FormatOptions {
  /** Where the codebook lies. Default: where the bundler put the shipped one. */
  readonly codebookUrl?: string | URL;
}

/**
 * The format of frames for a page, once the codebook (217 KB, cacheable for ever) has arrived.
 * @throws SyncError `invalid-config` where it cannot be fetched, or is no codebook.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { readFileSync } from 'node:fs';
 * import { once } from 'node:events';
 * import { miniLmCodebookUrl } from '@omega-tv/embedding-codec/web';
 * import { loadV2Format } from '@omega-tv/client/web';
 *
 * const server = createServer((_, response) => response.end(readFileSync(miniLmCodebookUrl)));
 * await once(server.listen(0, '127.0.0.1'), 'listening');
 * const { port } = server.address() as { port: number };
 * const format = await loadV2Format({ codebookUrl: `http://127.0.0.1:${port}/` });
 * console.log(format.protocolVersion); // => 2
 * server.close();
 * ```
 */
export async function loadV2Format(options: LoadV2FormatOptions = {}): Promise<ClientFormat> {
  const { codebookUrl = miniLmCodebookUrl } = options;
  const bytes = await fetchBytes(String(codebookUrl));
  return createV2Format({ codecs: [createEmbeddingCodec(parseCodebook(bytes))] });
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  let problem: string;
  try {
    const answer = await fetch(url);
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    problem = `the answer is ${answer.status}`;
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error);
  }
  const message = `The codebook ${url} cannot be fetched (${problem}); check that it is served beside the script`;
  throw new SyncError('invalid-config', message, { field: 'codebookUrl' });
}
