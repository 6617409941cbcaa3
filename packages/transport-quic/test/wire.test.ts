import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isSyncError } from '@omega-tv/types';
import { decodeAnswer, encodeAnswer, announcedAnswer } from '../src/wire/answer.js';
import { Collector } from '../src/wire/collector.js';
import { QUIC_LIMITS } from '../src/wire/limits.js';
import { announcedBody, decodeRequest, encodeRequest } from '../src/wire/request.js';

const MAX_BODY = 4096;
const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/);
const value = fc.stringMatching(/^[\t\x20-\x7e\x80-\xff]{0,60}$/);
const headers = fc.dictionary(name, value, { maxKeys: 8, noNullPrototype: true });
const body = fc.uint8Array({ maxLength: MAX_BODY });
const requests = fc.record({
  method: fc.constantFrom('GET' as const, 'POST' as const),
  path: fc.stringMatching(/^\/[\x21-\x7e]{0,60}$/),
  headers,
  isRepeatable: fc.boolean(),
  body: body.filter(({ length }) => length > 0),
});
const answers = fc.record({ status: fc.integer({ min: 100, max: 599 }), headers, body });

describe('a request', () => {
  it('is laid out bit by bit as docs/QUIC.md says (rule 15.2)', () => {
    const message = encodeRequest({
      method: 'POST',
      path: '/api/v1/sync',
      headers: { Accept: 'a', 'x-own': 'é' },
      body: Uint8Array.of(1, 2, 3),
      isRepeatable: true,
    });
    expect(message.toString('hex')).toBe(
      ['03', '02', '000c', '00000003', Buffer.from('/api/v1/sync').toString('hex')].join('') +
        ['01', '0001', '61', '00', '05', Buffer.from('x-own').toString('hex')].join('') +
        ['0001', 'e9', '010203'].join(''),
    );
  });

  it('comes out as it went in', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(decodeRequest(encodeRequest(request), MAX_BODY)).toEqual(request);
      }),
    );
  });
});

describe('an answer', () => {
  it('is laid out bit by bit as docs/QUIC.md says (rule 15.2)', () => {
    const message = encodeAnswer({
      status: 429,
      headers: { 'retry-after': '7' },
      body: Uint8Array.of(9),
    });
    expect(message.toString('hex')).toBe(
      ['01ad', '01', '00', '00000001', '0d', '0001', '37', '09'].join(''),
    );
  });

  it('comes out as it went in', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        expect(decodeAnswer(encodeAnswer(answer), MAX_BODY)).toEqual(answer);
      }),
    );
  });
});

describe('what is no message', () => {
  const readers = [
    (bytes: Buffer) => decodeRequest(bytes, MAX_BODY),
    (bytes: Buffer) => decodeAnswer(bytes, MAX_BODY),
  ];
  const messages = fc.oneof(
    requests.map((request) => encodeRequest(request)),
    answers.map((answer) => encodeAnswer(answer)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );

  /** A reader reads, or says what is wrong; it does nothing else. */
  function read(bytes: Buffer): void {
    for (const reader of readers) {
      try {
        reader(Buffer.from(bytes));
      } catch (error) {
        expect(isSyncError(error, 'protocol') || isSyncError(error, 'compression-limit')).toBe(
          true,
        );
      }
    }
  }

  it('is refused where it breaks off, is flipped or goes on (rule 15.3)', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.integer({ min: 1, max: 255 }), (message, at, mask) => {
        read(message.subarray(0, at % (message.length + 1)));
        read(Buffer.concat([message, message]));
        if (message.length === 0) return;
        const flipped = Buffer.from(message);
        flipped[at % message.length]! ^= mask;
        read(flipped);
      }),
      { numRuns: 2000 },
    );
  });

  it('is refused wherever it breaks off (rule 15.3)', () => {
    const request = encodeRequest({
      ...({ method: 'POST', path: '/p', isRepeatable: true } as const),
      headers: { accept: 'b', 'x-own': 'c' },
      body: Uint8Array.of(1),
    });
    for (let end = 0; end < request.length; end += 1) {
      expect(() => decodeRequest(request.subarray(0, end), MAX_BODY)).toThrow();
    }
  });

  const tooMuch = (size: number, limit: number) =>
    expect.objectContaining({
      code: 'compression-limit',
      details: { size, limit },
    }) as unknown as Error;

  it('names the cap that it breaks, by its head alone (rule 15.3)', () => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(MAX_BODY + 1, 4);
    expect(() => announcedBody(head, MAX_BODY)).toThrow(tooMuch(MAX_BODY + 1, MAX_BODY));
    head.writeUInt16BE(200, 0);
    expect(() => announcedAnswer(head, MAX_BODY)).toThrow(tooMuch(MAX_BODY + 1, MAX_BODY));
    const path = Buffer.alloc(8);
    path.writeUInt16BE(QUIC_LIMITS.maxPathBytes + 1, 2);
    expect(() => announcedBody(path, MAX_BODY)).toThrow(tooMuch(2049, 2048));
  });

  it('is not collected beyond what its head announced (rule 15.3)', () => {
    const collector = new Collector({ headBytes: 8, announced: () => 10 });
    const limit = 8 + QUIC_LIMITS.maxPathBytes + QUIC_LIMITS.maxFieldBytes + 10;
    collector.add(Buffer.alloc(limit));
    expect(() => {
      collector.add(Buffer.alloc(1));
    }).toThrow(tooMuch(limit + 1, limit));
  });

  it('is not sent: fields that are none, too many or too long, and no path', () => {
    const send =
      (fields: Record<string, string>, path = '/') =>
      () =>
        encodeRequest({ method: 'GET', path, headers: fields, isRepeatable: true });
    expect(send({ 'a b': '' })).toThrow('fields');
    expect(send({ a: 'line\nbreak' })).toThrow('fields');
    expect(send({ a: 'x'.repeat(8193) })).toThrow(tooMuch(8193, 8192));
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, '']));
    expect(send(many)).toThrow(tooMuch(65, 64));
    expect(send({}, 'a')).toThrow('path');
    expect(send({}, `/${'a'.repeat(2048)}`)).toThrow(tooMuch(2049, 2048));
  });

  it('is refused: a name twice, a name of no number, a reserved bit', () => {
    const twice = Buffer.from('00020001000000002f010000010000', 'hex');
    expect(() => decodeRequest(twice, MAX_BODY)).toThrow('twice');
    expect(() => decodeRequest(Buffer.from('00010001000000002fff0000', 'hex'), MAX_BODY)).toThrow(
      '255',
    );
    expect(() => decodeRequest(Buffer.from('04000001000000002f', 'hex'), MAX_BODY)).toThrow(
      'flags',
    );
    expect(() => decodeAnswer(Buffer.from('00c8000100000000', 'hex'), MAX_BODY)).toThrow(
      'reserved',
    );
    expect(() => decodeAnswer(Buffer.from('0010000000000000', 'hex'), MAX_BODY)).toThrow('status');
  });
});
