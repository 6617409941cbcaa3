// Everyday
export { ConstellationProtocol } from './constellation-protocol.js';
export type {
  ConstellationProtocolOptions,
  RequestOptions,
  SyncAnswer,
  SyncOptions,
  SyncResult,
} from './constellation-protocol.js';
export { createHttpTransport, type HttpTransportOptions } from './http/http-transport.js';
export { createAxiosTransport, type AxiosTransportOptions } from './http/axios-transport.js';
export type { Credentials } from './http/credentials.js';

// Advanced: the contract, for servers and other transports
export {
  CONTRACT_VERSION,
  DEFAULT_TIMEOUT_MS,
  HEADERS,
  HealthSchema,
  PATHS,
  PREFER_MINIMAL,
  snapshotPath,
  VersionSchema,
  type VersionAnswer,
} from './contract.js';
export { createOpenApiDocument } from './openapi.js';
export { normaliseBaseUrl } from './http/base-url.js';
export type { Transport, TransportRequest, TransportResponse } from './http/transport.js';
export { createTransport } from './http/http-transport.js';
export type { Hop, HopAnswer } from './http/hop.js';
export type { Send } from './http/send.js';

// Errors
export { httpError } from './http/network-errors.js';
export { tooLarge as answerTooLarge } from './http/send.js';
export { ERROR_TABLE } from './error-table.js';
export type { ErrorKind, ErrorRow, ErrorSituation } from './error-table.js';
export { PROBLEM_MEDIA_TYPE, problemFromError, ProblemSchema, type Problem } from './problem.js';
