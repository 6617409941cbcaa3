import { SyncError } from '@omega-tv/types';
import { ERROR_TABLE, isRetryable } from './error-table.js';
import type { TransportResponse } from './http/transport.js';

/** Media types of pages: a Constellation answers none. */
const PAGE_TYPE = /^\s*(text\/html|application\/xhtml\+xml)\s*(;|$)/i;
/** How a page begins that does not say that it is one. */
const PAGE_START = /^\uFEFF?\s*<(!doctype|html|head|body|script|meta|\?xml|!--)/i;
const START_BYTES = 256;

/**
 * A network that wants its users to log in answers in the server's place, most often with a page
 * and the status 200 (RFC 8952 section 1).
 * @throws SyncError `http`, reason `portal`, for a success that is a page.
 */
export function refusePage({ status, headers, body }: TransportResponse, where: string): void {
  const isNamed = PAGE_TYPE.test(headers['content-type'] ?? '');
  const start = new TextDecoder().decode(body.subarray(0, START_BYTES));
  if (!isNamed && !PAGE_START.test(start)) return;
  throw new SyncError(
    'http',
    `${where} answered a page instead of data: ${ERROR_TABLE['http/portal'].means}`,
    { reason: 'portal', status },
    { retryable: isRetryable('http/portal') },
  );
}
