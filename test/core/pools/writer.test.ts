import { describe, expect, it } from 'vitest';
import {
  nextAskMs,
  unknownWriter,
  WRITER_DEFAULTS,
  type WriterState,
  writeFailed,
  writerAnswered,
} from '../../../core/pools/index.ts';

const says = (memberId: string, isWriter: boolean, askedAt: number, othersHeard = false) => ({
  memberId,
  isWriter,
  askedAt,
  othersHeard,
});
const verified: WriterState = { kind: 'verified', since: 10, memberId: 'a', askedAt: 10 };
const doubted: WriterState = { kind: 'doubted', since: 100, memberId: 'a', reason: 'lost' };

describe('the writer', () => {
  it('I-27: becomes known only by its own answer', () => {
    const unknown = unknownWriter(0);
    expect(writerAnswered(unknown, says('a', false, 5), 6)).toBe(unknown);
    expect(writerAnswered(unknown, says('a', true, 5), 6)).toMatchObject({ kind: 'verified', memberId: 'a' });
  });

  it.each(['lost', 'read-only', 'timed-out', 'broken', 'login'] as const)(
    'I-27: is in doubt after: %s',
    (kind) => {
      expect(writeFailed(verified, { memberId: 'a', kind }, 20)).toMatchObject({
        kind: 'doubted',
        reason: kind,
      });
    },
  );

  it.each(['load', 'conflict', 'caller', 'unknown'] as const)('is not in doubt after: %s', (kind) => {
    expect(writeFailed(verified, { memberId: 'a', kind }, 20)).toBe(verified);
  });

  it('is not in doubt when a write fails on a member that is not the writer any more', () => {
    expect(writeFailed(verified, { memberId: 'b', kind: 'lost' }, 20)).toBe(verified);
  });

  it('is in doubt when it denies the role, and stays when somebody else claims it', () => {
    expect(writerAnswered(verified, says('a', false, 20), 21).kind).toBe('doubted');
    expect(writerAnswered(verified, says('b', true, 20), 21)).toBe(verified);
  });

  it('in doubt, is believed again only when nobody else claims the role', () => {
    expect(writerAnswered(doubted, says('a', true, 110), 111)).toBe(doubted);
    expect(writerAnswered(doubted, says('a', true, 110, true), 111)).toMatchObject({
      kind: 'verified',
      memberId: 'a',
    });
    expect(writerAnswered(doubted, says('b', true, 110), 111)).toMatchObject({
      kind: 'verified',
      memberId: 'b',
    });
  });

  it('is not restored by an answer to a question asked before the doubt', () => {
    expect(writerAnswered(doubted, says('b', true, 99, true), 111)).toBe(doubted);
  });

  it('is asked for each 100 ms in trouble, each second when all is well or when the trouble lasts', () => {
    expect(nextAskMs(verified, 20, WRITER_DEFAULTS)).toBe(1000);
    expect(nextAskMs(doubted, 200, WRITER_DEFAULTS)).toBe(100);
    expect(nextAskMs(doubted, 100 + WRITER_DEFAULTS.askQuicklyMs, WRITER_DEFAULTS)).toBe(1000);
  });
});
