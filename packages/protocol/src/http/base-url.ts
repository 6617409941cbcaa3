import { SyncError } from '@omega-tv/types';

/**
 * Reads the URL under which a Constellation lives; trailing slashes are dropped.
 * @throws SyncError `invalid-config` for anything but http(s)://host[:port][/path].
 */
export function normaliseBaseUrl(baseUrl: string): string {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch (cause) {
    throw invalidUrl(baseUrl, 'is not a URL', cause);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalidUrl(baseUrl, `has the scheme ${url.protocol.slice(0, -1)}`);
  }
  if (/[?#]/.test(baseUrl)) throw invalidUrl(baseUrl, 'has a query or a fragment');
  if (url.username !== '' || url.password !== '') {
    throw invalidUrl(url.host, 'carries credentials');
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function invalidUrl(shown: string, problem: string, cause?: unknown): SyncError<'invalid-config'> {
  return new SyncError(
    'invalid-config',
    `The Constellation URL "${shown}" ${problem}; expected one like https://tv.example.com/base`,
    { field: 'url' },
    { cause },
  );
}
