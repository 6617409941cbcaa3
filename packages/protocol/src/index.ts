// Everyday
export { ConstellationProtocol } from './constellation-protocol.js';
export type {
  ConstellationProtocolOptions,
  RequestOptions,
  SyncAnswer,
  SyncResult,
} from './constellation-protocol.js';
export { createAxiosTransport, type AxiosTransportOptions } from './axios-transport.js';

// Advanced: the contract, for servers and other transports
export {
  DEFAULT_TIMEOUT_MS,
  HEADERS,
  PATHS,
  VersionSchema,
  type VersionAnswer,
} from './contract.js';
export { normaliseBaseUrl } from './base-url.js';
export type { Transport, TransportRequest, TransportResponse } from './transport.js';

// Errors
export { PROBLEM_MEDIA_TYPE, problemFromError, ProblemSchema, type Problem } from './problem.js';
