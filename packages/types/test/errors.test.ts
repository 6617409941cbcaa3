import { describe, expect, it } from '@jest/globals';
import { SyncError, isSyncError, silentLogger, type SyncErrorCode } from '../src/index.js';

/** Compiles only while the codes are a closed set and the switch names each. */
function explain(code: SyncErrorCode): string {
  switch (code) {
    case 'serialization':
    case 'compression':
    case 'http':
    case 'invalid-config':
    case 'protocol':
    case 'version-conflict':
    case 'compression-limit':
    case 'invalid-pattern':
      return code;
  }
}

describe('SyncError', () => {
  it('keeps message, code, details, cause and what the server asked for', () => {
    const cause = new Error('socket hang up');
    const error = new SyncError(
      'http',
      'POST /api/v1/sync: the connection broke',
      { reason: 'reset' },
      { cause, retryable: true, retryAfterMs: 2000 },
    );
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('SyncError');
    expect(error.cause).toBe(cause);
    expect(error).toMatchObject({ code: 'http', details: { reason: 'reset' } });
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 2000 });
    expect(String(error)).toBe('SyncError: POST /api/v1/sync: the connection broke');
  });

  it('is not retryable, and has no cause, unless told', () => {
    const error = new SyncError('protocol', 'no', {});
    expect(error).toMatchObject({ retryable: false, retryAfterMs: undefined });
    expect(Object.hasOwn(error, 'cause')).toBe(false);
  });

  it('has a closed set of codes (rule 1.7)', () => {
    expect(explain('http')).toBe('http');
    // @ts-expect-error a code outside the set does not compile
    expect(explain('weather')).toBeUndefined();
  });

  it('is told apart by code', () => {
    const error: unknown = new SyncError('compression-limit', 'no', { size: 3000, limit: 2048 });
    expect(isSyncError(error)).toBe(true);
    expect(isSyncError(error, 'http')).toBe(false);
    expect(isSyncError(error, 'compression-limit') && error.details.limit).toBe(2048);
    expect(isSyncError(new Error('no'))).toBe(false);
    expect(isSyncError({ name: 'SyncError', code: 'http' })).toBe(false);
    expect(isSyncError(undefined)).toBe(false);
  });
});

it('the silent logger takes every level', () => {
  for (const level of ['debug', 'info', 'warn', 'error'] as const) {
    expect(() => {
      silentLogger[level]({}, 'hello');
    }).not.toThrow();
  }
});
