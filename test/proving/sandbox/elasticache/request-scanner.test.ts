import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeRequest,
  RequestScanner,
  type Segment,
} from '../../../../proving/sandbox/elasticache/request-scanner.ts';

/** What comes out, with neighbouring bytes joined. */
function scan(chunks: readonly Buffer[]): (string | string[])[] {
  const scanner = new RequestScanner();
  const seen: (string | string[])[] = [];
  for (const segment of chunks.flatMap((chunk): Segment[] => scanner.push(chunk))) {
    const last = seen.at(-1);
    if (segment.kind === 'login') seen.push(segment.args.map((arg) => arg.toString('latin1')));
    else if (typeof last === 'string') seen[seen.length - 1] = last + segment.bytes.toString('latin1');
    else seen.push(segment.bytes.toString('latin1'));
  }
  return seen;
}

const text = (value: string) => Buffer.from(value, 'latin1');

describe('logins among requests', () => {
  test.each<[string, string, (string | string[])[]]>([
    ['a login', '*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\np\r\n', [['AUTH', 'u', 'p']]],
    ['in small letters', '*2\r\n$4\r\nauth\r\n$1\r\np\r\n', [['auth', 'p']]],
    ['a greeting', '*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n', [['HELLO', '3']]],
    ['inline', 'AUTH u p\r\nPING\r\n', [['AUTH', 'u', 'p'], 'PING\r\n']],
    ['another of its length', '*2\r\n$4\r\nMGET\r\n$1\r\na\r\n', ['*2\r\n$4\r\nMGET\r\n$1\r\na\r\n']],
    [
      'a value that looks like one',
      '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$26\r\n*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\n\r\nPING\r\n',
      ['*3\r\n$3\r\nSET\r\n$1\r\na\r\n$26\r\n*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$1\r\n\r\nPING\r\n'],
    ],
    ['an empty request before it', '*0\r\n*2\r\n$4\r\nAUTH\r\n$1\r\np\r\n', ['*0\r\n', ['AUTH', 'p']]],
  ])('%s', (_what, sent, seen) => {
    expect(scan([text(sent)])).toEqual(seen);
    // And byte by byte.
    expect(scan([...text(sent)].map((byte) => Buffer.from([byte])))).toEqual(seen);
  });

  test('what is no protocol is passed on, for the server to refuse', () => {
    for (const nonsense of ['*x\r\nPING\r\n', '*1\r\nPING\r\n', '$5\r\nhowdy\r\n', '\r\n\r\n']) {
      expect(scan([text(nonsense)]).join('')).toBe(nonsense);
    }
    const endless = text(`AUTH ${'a'.repeat(100_000)}`);
    expect(scan([endless, endless])).toEqual([endless.toString('latin1').repeat(2)]);
  });

  test('SEC-19: any requests in any pieces come out as they went in, and every login is found', () => {
    const argument = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom('\r\n', '*3\r\n$4\r\nAUTH\r\n', 'AUTH', '$4\r\n').map(text),
    );
    const named = (...names: string[]) =>
      fc
        .tuple(fc.constantFrom(...names), fc.array(argument, { maxLength: 5 }))
        .map(([name, args]) => [text(name), ...args]);
    const requests = fc.array(
      fc.oneof(named('GET', 'SET', 'MSET', 'FLUSH'), named('AUTH', 'HELLO', 'hello')),
    );
    fc.assert(
      fc.property(requests, fc.array(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
        const expected: (string | string[])[] = [];
        for (const args of sent) {
          const encoded = encodeRequest(args).toString('latin1');
          const isLogin = /^(AUTH|HELLO)$/i.test(args[0]!.toString('latin1'));
          const last = expected.at(-1);
          if (isLogin) expected.push(args.map((arg) => arg.toString('latin1')));
          else if (typeof last === 'string') expected[expected.length - 1] = last + encoded;
          else expected.push(encoded);
        }
        expect(scan(pieces(Buffer.concat(sent.map(encodeRequest)), cuts))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});

function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const cut of cuts) {
    parts.push(whole.subarray(at, at + cut));
    at += cut;
  }
  return [...parts, whole.subarray(at)].filter((part) => part.length > 0);
}
