export { startHttpProxy, type HttpProxyOptions, type ProxiedExchange } from './http-proxy.js';
export { startTcpProxy, type TcpProxyOptions } from './tcp-proxy.js';
export type { Encoding, HttpFault, Schedule, TcpFault } from './faults.js';
export { atRandom, inOrder } from './schedules.js';
export { FAULT_NOTATIONS, parseHttpFault, parseTcpFault } from './parse-fault.js';
export type { Listening } from './listening.js';
export type { Wait } from './waiting.js';
