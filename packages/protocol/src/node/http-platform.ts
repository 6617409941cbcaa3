import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpPlatform } from '../http/http-platform.js';

/**
 * How long one address of a name may take to connect before the next one is tried. Node gives it
 * 250 ms and then abandons it, so that on a slow network no address ever connects. This leaves room
 * for two lost SYNs (resent after 1 s and 3 s, RFC 6298), and for the other address family.
 */
const ADDRESS_TIMEOUT_MS = 5000;

const agentOptions = {
  keepAlive: true,
  autoSelectFamily: true,
  autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
};

export const httpPlatform: HttpPlatform = {
  agents: {
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(agentOptions),
  },
  // Frames are compressed already.
  headers: { 'Accept-Encoding': 'identity' },
  seesRedirects: true,
  leavesUnknownEncodings: true,
};
