import { describe, expect, it } from '@jest/globals';
import { isSyncError } from '@omega-tv/types';
import { createAxiosTransport, normaliseBaseUrl } from '../src/index.js';
import { protocolTo } from './support.js';

describe('a base URL', () => {
  it.each([
    ['http://tv.example.com', 'http://tv.example.com'],
    ['http://tv.example.com/', 'http://tv.example.com'],
    ['http://tv.example.com///', 'http://tv.example.com'],
    ['https://tv.example.com:8443/base/', 'https://tv.example.com:8443/base'],
    ['https://tv.example.com/a/b//', 'https://tv.example.com/a/b'],
    ['HTTPS://TV.example.com', 'https://tv.example.com'],
    ['http://tv.example.com:80', 'http://tv.example.com'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000/', 'http://[::1]:3000'],
    ['http://münchen.example', 'http://xn--mnchen-3ya.example'],
  ])('%s becomes %s', (given, normal) => {
    expect(normaliseBaseUrl(given)).toBe(normal);
    expect(normaliseBaseUrl(normal)).toBe(normal);
  });

  it.each([
    ['', 'is not a URL'],
    ['tv.example.com', 'is not a URL'],
    ['/api', 'is not a URL'],
    ['http://', 'is not a URL'],
    ['http://tv.example.com:99999', 'is not a URL'],
    ['ftp://tv.example.com', 'scheme ftp'],
    ['file:///etc/hosts', 'scheme file'],
    ['ws://tv.example.com', 'scheme ws'],
    ['localhost:3000', 'scheme localhost'],
    ['http://tv.example.com?x=1', 'query or a fragment'],
    ['http://tv.example.com/?', 'query or a fragment'],
    ['http://tv.example.com/#top', 'query or a fragment'],
    ['http://user:secret@tv.example.com', 'credentials'],
    ['http://user@tv.example.com', 'credentials'],
  ])('%j is refused: %s', (given, problem) => {
    for (const create of [
      normaliseBaseUrl,
      (baseUrl: string) => createAxiosTransport({ baseUrl }),
    ]) {
      const error = thrownBy(() => create(given));
      expect(isSyncError(error, 'invalid-config') && error.details.field).toBe('url');
      expect((error as Error).message).toContain(problem);
      expect((error as Error).message).toContain('https://tv.example.com/base');
      expect((error as Error).message).not.toContain('secret');
    }
  });
});

it.each([0, -1, NaN, Infinity, 2 ** 31])('a timeout of %d ms is refused', (timeoutMs) => {
  const error = thrownBy(() => protocolTo('http://tv.example.com', { timeoutMs }));
  expect(isSyncError(error, 'invalid-config') && error.details.field).toBe('timeoutMs');
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
