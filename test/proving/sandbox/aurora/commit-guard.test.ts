import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CommitGuard } from '../../../../proving/sandbox/aurora/commit-guard.ts';

function frame(type: string, body: string): Buffer {
  const content = Buffer.from(body, 'latin1');
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

const CANCELLED = frame('N', 'SWARNING\0Mcanceling wait for synchronous replication due to user request\0\0');
const HARMLESS = [
  frame('N', 'SNOTICE\0Mrelation exists\0\0'),
  frame('D', 'canceling wait for synchronous replication due to user request'),
  frame('C', 'INSERT 0 1\0'),
  frame('Z', 'I'),
  frame('1', ''),
];

/** Cuts a stream into chunks at the given places. */
function chunks(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, at) => stream.subarray(from, [...places, stream.length][at]));
}

describe('F-33: the guard over what PostgreSQL says', () => {
  test('property: finds the cancelled wait however the bytes are cut, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...HARMLESS), { maxLength: 12 }),
        fc.array(fc.constantFrom(...HARMLESS), { maxLength: 4 }),
        fc.array(fc.nat(2_000), { maxLength: 10 }),
        fc.boolean(),
        (before, after, cuts, cancelled) => {
          const stream = Buffer.concat([...before, ...(cancelled ? [CANCELLED] : []), ...after]);
          const guard = new CommitGuard();
          const clean = chunks(stream, cuts).every((chunk) => guard.pass(chunk));
          expect(clean).toBe(!cancelled);
          if (!cancelled) expect(guard.atBoundary).toBe(true);
        },
      ),
    );
  });

  test('knows when it stands inside a message', () => {
    const guard = new CommitGuard();
    const message = frame('D', 'row');
    guard.pass(message.subarray(0, 3));
    expect(guard.atBoundary).toBe(false);
    guard.pass(message.subarray(3, 6));
    expect(guard.atBoundary).toBe(false);
    guard.pass(message.subarray(6));
    expect(guard.atBoundary).toBe(true);
  });
});
