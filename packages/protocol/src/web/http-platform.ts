import type { HttpPlatform } from '../http/http-platform.js';

/** A page has its browser's connections, and gets answers decoded. */
export const httpPlatform: HttpPlatform = {
  agents: {},
  headers: {},
  seesRedirects: false,
  leavesUnknownEncodings: false,
};
