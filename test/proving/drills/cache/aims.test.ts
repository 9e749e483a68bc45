import { expect, it } from 'vitest';
import { shuffled, steadyAim } from '../../../../proving/drills/cache/aims.ts';
import { homeBySlots } from '../../../../proving/drills/cache/home.ts';
import { READS_TOGETHER } from '../../../../proving/drills/cache/load/generator.ts';
import { cacheReturnStale } from '../../../../proving/drills/cache/scenarios/cache-return-stale.ts';
import { node } from './nodes.ts';

const PRODUCTS = Array.from({ length: 400 }, (_, n) => n + 1);
const home = homeBySlots(PRODUCTS, 4);
const aim = steadyAim({ products: PRODUCTS, home, shards: 4, seed: 1 });

it('every product is read, and one in five is written, spread over all shards', () => {
  expect(new Set(aim.reads)).toEqual(new Set(PRODUCTS));
  expect(new Set(aim.writes).size).toBe(80);
  expect(new Set(aim.writes.map(home))).toEqual(new Set([0, 1, 2, 3]));
});

it('F-31: on each shard one product is read by two at the same moment, again and again', () => {
  const pairs = Array.from({ length: Math.floor(aim.reads.length / READS_TOGETHER) }, (_, n) =>
    aim.reads.slice(n * READS_TOGETHER, (n + 1) * READS_TOGETHER),
  );
  const hot = pairs.filter(([a, b]) => a === b);
  expect(hot.length / pairs.length).toBeCloseTo(0.2, 1);
  expect(new Set(hot.flat()).size).toBe(4);
  expect(new Set(hot.flat().map(home))).toEqual(new Set([0, 1, 2, 3]));
});

it('equal seeds give equal orders, others others', () => {
  expect(steadyAim({ products: PRODUCTS, home, shards: 4, seed: 1 })).toEqual(aim);
  expect(shuffled(PRODUCTS, 2)).not.toEqual(shuffled(PRODUCTS, 1));
  expect(shuffled(PRODUCTS, 2).toSorted((a, b) => a - b)).toEqual(PRODUCTS);
});

it('while a shard is away every one of its keys is written once before any is written again', () => {
  const layout = { victims: [node(2)], home };
  const during = cacheReturnStale.aimDuring!(layout, aim);
  const ofShard = PRODUCTS.filter((product) => home(product) === 2);
  expect(during.writes).toHaveLength(ofShard.length);
  expect(new Set(during.writes)).toEqual(new Set(ofShard));
  expect(during.reads).toEqual(aim.reads);
});

it('when it is back all of its keys are read, and nothing but them', () => {
  const after = cacheReturnStale.aimAfter!({ victims: [node(2)], home }, aim);
  expect(new Set(after.reads)).toEqual(new Set(PRODUCTS.filter((product) => home(product) === 2)));
});
