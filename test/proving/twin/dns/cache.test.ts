import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerCache, type Answer } from '../../../../proving/twin/dns/index.ts';

const positive = (ttlS: number): Answer => ({
  code: 'NOERROR',
  answers: [
    { name: 'a', type: 'CNAME', ttlS: ttlS + 10, data: 'b' },
    { name: 'b', type: 'A', ttlS, data: '127.0.0.1' },
  ],
  authority: null,
});

describe('the cache of a stub resolver', () => {
  test('keeps an answer for its shortest TTL and counts down', () => {
    const cache = new AnswerCache();
    cache.put('k', positive(5), 1_000);
    expect(cache.get('k', 1_000)?.answers[1]?.ttlS).toBe(5);
    expect(cache.get('k', 3_500)?.answers[1]?.ttlS).toBe(3);
    expect(cache.get('k', 5_999)).toBeDefined();
    expect(cache.get('k', 6_000)).toBeUndefined();
  });

  test('remembers a negative answer for the TTL of its SOA', () => {
    const cache = new AnswerCache();
    const authority = { name: 'z', type: 'SOA', ttlS: 1, data: '' } as const;
    cache.put('k', { code: 'NXDOMAIN', answers: [], authority }, 0);
    expect(cache.get('k', 999)?.code).toBe('NXDOMAIN');
    expect(cache.get('k', 1_000)).toBeUndefined();
  });

  test('never keeps a refusal', () => {
    const cache = new AnswerCache();
    cache.put('k', { code: 'REFUSED', answers: [], authority: null }, 0);
    expect(cache.get('k', 0)).toBeUndefined();
  });

  test('property: no answer outlives its TTL', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(400_000), (ttlS, ageMs) => {
        const cache = new AnswerCache();
        cache.put('k', positive(ttlS), 0);
        expect(cache.get('k', ageMs) !== undefined).toBe(ageMs < ttlS * 1_000);
      }),
    );
  });
});
