// Everyday
export {
  createQuicTransport,
  type QuicTransport,
  type QuicTransportOptions,
  type Start,
} from './client/quic-transport.js';
export {
  startQuicServer,
  type QuicServer,
  type QuicServerLimits,
  type QuicServerOptions,
} from './server/quic-server.js';
export {
  createAutoTransport,
  type AutoTransportOptions,
  type Way,
} from './fallback/auto-transport.js';

// Advanced: what a server answers and counts, timers
export { missingQuic } from './native/missing-quic.js';
export type { ServerCertificate } from './server/certificate.js';
export type { QuicFigures } from './server/figures.js';
export type { AnsweredQuicRequest, IncomingQuicRequest, QuicHandler } from './server/handler.js';
export type { Timer } from './connection/timers.js';
export { createBlockMemory, type BlockMemory, type KeptBlock } from './fallback/block-memory.js';
