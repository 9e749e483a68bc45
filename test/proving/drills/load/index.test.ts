import { expect, it } from 'vitest';
import { atShare, DEFAULT_LOAD } from '../../../../proving/drills/load/index.ts';

it('a share of the load is of both rates, and of nothing else', () => {
  expect(atShare(DEFAULT_LOAD, 40)).toEqual({ ...DEFAULT_LOAD, readsPerS: 80, writesPerS: 40 });
});

it('the load is whole where no share is asked for', () => {
  expect(atShare(DEFAULT_LOAD)).toEqual(DEFAULT_LOAD);
});
