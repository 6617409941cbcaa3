import { FRAME_MEDIA_TYPE, V1_LIMITS, V2_LIMITS } from '@omega-tv/compression';
import {
  CONTRACT_VERSION,
  HEADERS,
  HealthSchema,
  PATHS,
  PREFER_MINIMAL,
  VersionSchema,
} from './contract.js';
import { PROBLEM_MEDIA_TYPE, ProblemSchema } from './problem.js';

const V1_MEDIA_TYPE = 'application/octet-stream';

/**
 * The contract as an OpenAPI 3.1 document, made of the schemas that both sides check with. `frames` is
 * false for a server of v1 (default: true), `tokens` true for one that lets in who shows a token
 * (default: false).
 */
export function createOpenApiDocument({ frames = true, tokens = false } = {}): Readonly<
  Record<string, unknown>
> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Constellation',
      version: CONTRACT_VERSION,
      description:
        'TVs push what they learned and get back what many TVs learned together. Frames and v1 ' +
        'bodies are binary; docs/FRAMES.md and docs/SPEC.md of omega-tv-sync give their layouts.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: {
      [PATHS.health]: {
        get: {
          operationId: 'health',
          summary: 'Whether the server is well',
          responses: { 200: json('It is', HealthSchema), default: problem },
        },
      },
      [PATHS.version]: {
        get: {
          operationId: 'version',
          summary: 'The version of the newest global patterns',
          responses: { 200: json('It', VersionSchema), default: problem },
        },
      },
      [PATHS.openApi]: {
        get: {
          operationId: 'openApi',
          summary: 'This document',
          responses: { 200: json('It', { type: 'object' }), default: problem },
        },
      },
      ...(frames ? { [`${PATHS.snapshots}/{stream}/{version}`]: { get: snapshotOperation } } : {}),
      [PATHS.sync]: {
        post: { ...syncOperation(frames), ...(tokens ? { security: [{ deviceToken: [] }] } : {}) },
      },
    },
    components: {
      schemas: { Problem: ProblemSchema },
      ...(tokens ? { securitySchemes: { deviceToken } } : {}),
    },
  };
}

/** RFC 6750: a token speaks for its device alone. */
const deviceToken = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'Signed with EdDSA; its subject is the device that may push',
};

/** Bytes have no JSON type; the schema says how many there may be. */
function binary(description: string, maxLength: number) {
  return { schema: { description, contentMediaType: 'application/octet-stream', maxLength } };
}

const problem = {
  description: 'A problem (RFC 9457); its type names the error',
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
};

function json(description: string, schema: unknown) {
  return { description, content: { 'application/json': { schema } } };
}

const cacheHeaders = {
  ETag: { required: true, schema: { type: 'string' } },
  'Cache-Control': { required: true, schema: { type: 'string' } },
};

const snapshotOperation = {
  operationId: 'snapshot',
  summary: 'A published version: for ever the same content, so any cache may keep it',
  parameters: [
    {
      name: 'stream',
      in: 'path',
      required: true,
      description: '`global`, or a region',
      example: 'global',
      schema: { type: 'string', minLength: 1, maxLength: 64 },
    },
    {
      name: 'version',
      in: 'path',
      required: true,
      example: 2,
      schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
    {
      name: 'base',
      in: 'query',
      description: 'The version that the TV holds: a diff to it may come instead of the whole',
      example: 1,
      schema: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    },
  ],
  responses: {
    200: {
      description: 'A snapshot or diff frame',
      headers: cacheHeaders,
      content: { [FRAME_MEDIA_TYPE]: binary('frame', V2_LIMITS.maxResponseBytes) },
    },
    304: { description: 'The cache has it', headers: cacheHeaders },
    400: { ...problem, description: '`version` or `base` is no version: a problem' },
    404: { ...problem, description: 'The version is not kept here (any more): a problem' },
    default: problem,
  },
};

function syncOperation(frames: boolean) {
  const only = <Content>(content: Content) => (frames ? content : {});
  return {
    operationId: 'sync',
    summary: 'Pushes a delta and answers with what the TV lacks',
    parameters: [
      {
        name: HEADERS.prefer,
        in: 'header',
        description: `\`${PREFER_MINIMAL}\` asks for the receipt without a snapshot`,
        schema: { type: 'string' },
      },
      { name: HEADERS.traceParent, in: 'header', schema: { type: 'string' } },
    ],
    requestBody: {
      required: true,
      content: {
        ...only({ [FRAME_MEDIA_TYPE]: binary('a delta frame', V2_LIMITS.maxRequestBytes) }),
        [V1_MEDIA_TYPE]: binary('v1: a delta as JSON in one zstd frame', V1_LIMITS.maxRequestBytes),
      },
    },
    responses: {
      200: {
        description: 'An answer in the format of the delta',
        content: {
          ...only({ [FRAME_MEDIA_TYPE]: binary('an answer frame', V2_LIMITS.maxResponseBytes) }),
          [V1_MEDIA_TYPE]: binary('v1: global patterns', V1_LIMITS.maxResponseBytes),
        },
      },
      default: problem,
    },
  };
}
