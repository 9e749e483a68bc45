import { describe, expect, it } from 'vitest';
import { nothingOldComesBack, repliesAreTheirOwn } from '../../../../proving/sim/checks/cache-history.ts';
import { acknowledged, committed, read, sayOf } from './cache.ts';
import { NOW, view } from './view.ts';

describe('I-22: nothing old comes back', () => {
  it('holds for a read that returns what was acknowledged before it began, or newer', () => {
    const checker = nothingOldComesBack();
    const events = [
      committed('k', 1),
      acknowledged('k', 1),
      read('k', 2, 1),
      committed('k', 2),
      read('k', 3, 2),
    ];
    expect(sayOf(checker, events)).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks for a read that began after the acknowledgement and returns less', () => {
    const events = [committed('k', 1), committed('k', 2), acknowledged('k', 2), read('k', 3, 1)];
    expect(sayOf(nothingOldComesBack(), events)).toBe(
      'getOrLoad of k in process 1-1 returned version 1; 2 was acknowledged before it began',
    );
  });

  it('lets a read that overlaps the acknowledgement return either', () => {
    const events = [
      committed('k', 1),
      acknowledged('k', 1),
      committed('k', 2),
      acknowledged('k', 3),
      read('k', 3, 1),
    ];
    expect(sayOf(nothingOldComesBack(), events)).toBeNull();
  });

  it('asks for no more than the database held when the invalidation began', () => {
    const events = [committed('k', 1), committed('k', 2), acknowledged('k', 1), read('k', 3, 1)];
    expect(sayOf(nothingOldComesBack(), events)).toBeNull();
  });

  it('does not forget the newer of two acknowledgements that came in the wrong order', () => {
    const events = [
      committed('k', 1),
      committed('k', 2),
      acknowledged('k', 2),
      acknowledged('k', 1),
      read('k', 4, 1),
    ];
    expect(sayOf(nothingOldComesBack(), events)).toContain('returned version 1; 2 was acknowledged');
  });

  it('promises nothing for a write that was not acknowledged', () => {
    expect(sayOf(nothingOldComesBack(), [committed('k', 1), read('k', 1, 0)])).toBeNull();
  });

  it('takes keys apart', () => {
    const events = [committed('a', 1), acknowledged('a', 1), read('b', 2, 0)];
    expect(sayOf(nothingOldComesBack(), events)).toBeNull();
  });

  it('holds what was recorded against reads once there was time to sweep it, and not before', () => {
    const quietSince = NOW + 10_000;
    const events = (startedAt: number) => [committed('k', 1, true), read('k', 1, 0, { startedAt })];
    const say = (ms: number) => sayOf(nothingOldComesBack(), events(quietSince + ms), { quietSince });
    expect(say(44_000)).toBeNull();
    expect(say(46_000)).toContain('returned version 0; 1 was acknowledged');
  });

  it('looks at nothing where nothing is cached', () => {
    const checker = nothingOldComesBack();
    expect(checker.check(view())).toBeNull();
    expect(checker.checked).toBe(0);
  });
});

describe('I-26: replies are their own', () => {
  it('holds for a value of the key, and for none', () => {
    const checker = repliesAreTheirOwn();
    expect(sayOf(checker, [read('a', 0, 1), read('a', 0, null)])).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('SEC-19: breaks for a value of another key, such as that of another tenant', () => {
    const value = { name: 'acme:product:1', version: 1 };
    expect(sayOf(repliesAreTheirOwn(), [read('other:product:1', 0, 1, { value, how: 'get' })])).toBe(
      'get of other:product:1 returned a value of acme:product:1',
    );
  });
});
