import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cacheObservationKey, cacheObservationPartition } from '../../../core/state/cache-items.ts';
import { targetObservationKey, targetObservationPartition } from '../../../core/state/front-items.ts';
import { datedKey, observationKey, observationPartition } from '../../../core/state/keys.ts';

const AT = Date.UTC(2026, 10, 23, 5, 0, 0, 7);

describe('the keys of what the probers saw', () => {
  it.each([
    ['members', observationKey, observationPartition, 'observation#us-east-1a'],
    ['shards', cacheObservationKey, cacheObservationPartition, 'cache-observation#us-east-1a'],
    ['targets', targetObservationKey, targetObservationPartition, 'target-observation#us-east-1a'],
  ])('of %s are of one zone, by the time', (_name, key, partition, pk) => {
    expect(key('us-east-1a', AT)).toEqual({ pk, sk: '2026-11-23T05:00:00.007Z' });
    expect(partition('us-east-1a')).toBe(pk);
  });

  it('sort as the times do (property)', () => {
    const time = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(datedKey('p', a).sk < datedKey('p', b).sk).toBe(a < b);
      }),
    );
  });
});
