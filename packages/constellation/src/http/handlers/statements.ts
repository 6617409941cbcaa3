import { createOpenApiDocument, PATHS, type VersionAnswer } from '@omega-tv/protocol';
import { UNCACHED } from './problem-answer.js';
import type { Answer, Route } from './route.js';

const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

export interface StatementOptions {
  /** The version that pushes are answered with. */
  readonly versionNow: () => number;
  /** Whether frames are read here. */
  readonly frames: boolean;
  /** Whether pushes show tokens. */
  readonly tokens: boolean;
}

/** What a server says of itself: that it is there, its newest version, its contract. */
export function statementRoutes({ versionNow, ...contract }: StatementOptions): readonly Route[] {
  const health = json({ status: 'ok' }, UNCACHED);
  // Made once: it is long, and says the same to everybody.
  const openApi = json(createOpenApiDocument(contract));
  const version = (): Answer => json({ version: versionNow() } satisfies VersionAnswer, UNCACHED);
  return [
    { pattern: PATHS.health, method: 'GET', handle: () => health },
    { pattern: PATHS.version, method: 'GET', isExchange: true, handle: version },
    { pattern: PATHS.openApi, method: 'GET', handle: () => openApi },
  ];
}

function json(value: object, headers: Readonly<Record<string, string>> = {}): Answer {
  const body = Buffer.from(JSON.stringify(value));
  return { status: 200, headers: { ...headers, 'content-type': JSON_MEDIA_TYPE }, body };
}
