import { describe, expect, it } from 'vitest';
import { homeByLooks, homeBySlots, strangers } from '../../../../proving/drills/cache/home.ts';
import { shardOfKey } from '../../../../proving/drills/cache/slots.ts';
import { lookOf, node } from './nodes.ts';

const PRODUCTS = Array.from({ length: 100 }, (_, n) => n + 1);
const on = (shard: number): number[] => PRODUCTS.filter((p) => shardOfKey(`:catalog:${p}`, 4) === shard);

describe('where a key belongs', () => {
  const home = homeBySlots(PRODUCTS, 4);

  it('follows from the documented slots', () => {
    for (const product of PRODUCTS) expect(home(product)).toBe(shardOfKey(`:catalog:${product}`, 4));
    expect(home(101)).toBeNull();
    expect(new Set(PRODUCTS.map(home)).size).toBe(4);
  });

  it('I-20: a key that is found elsewhere has moved, and counts once for each shard it is found on', () => {
    const [first, second] = on(0);
    const looks = [
      lookOf(node(0), [first!, second!]),
      lookOf(node(1), [first!]),
      lookOf(node(1), [first!]),
      lookOf(node(2), [first!, ...on(2)]),
    ];
    expect(strangers(looks, home)).toBe(2);
    expect(strangers([lookOf(node(0), on(0))], home)).toBe(0);
  });

  it('an entry without a version is a stranger all the same', () => {
    const [product] = on(3);
    expect(strangers([{ node: node(1), at: 0, entries: new Map([[product!, null]]) }], home)).toBe(1);
  });

  it('is for a control where its keys were found before', () => {
    const before = homeByLooks([lookOf(node(0), [1, 2]), lookOf(node(1), [3])]);
    expect([1, 2, 3, 4].map(before)).toEqual([0, 0, 1, null]);
    expect(strangers([lookOf(node(1), [1, 3, 4])], before)).toBe(1);
  });
});
