import { describe, expect, it } from 'vitest';
import { isOnCache } from '../../../../proving/sim/faults/cache-spec.ts';
import { ZONES } from '../../../../proving/sim/control/deployment.ts';
import { randomOf, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { drawFaults, MIX_NAMES, type MixName } from '../../../../proving/sim/mix.ts';

const MEMBERS = [1, 2, 3].map((number) => ({ id: `demo-db-${number}`, az: ZONES[number - 1]! }));
const CLIENTS = ['client:shop-1', 'client:shop-2'];
const FROM = START_MS + 15_000;
const UNTIL = START_MS + 180_000;

const SERVICE = { instances: 3, from: START_MS + 75_000 };

const CACHE = { shards: 3, nodes: ['client:store-1', 'client:store-2', 'client:store-3'] };

const FRONT = { slots: 6, instances: 4 };

const draw = (
  mix: MixName,
  seed: number,
  service: typeof SERVICE | null = null,
  cache: typeof CACHE | null = null,
  front: typeof FRONT | null = null,
) =>
  drawFaults(mix, {
    random: randomOf(seed, mix),
    members: MEMBERS,
    zones: ZONES,
    clients: CLIENTS,
    from: FROM,
    until: UNTIL,
    service,
    cache,
    front,
  });

describe('mixes', () => {
  it('are the same for the same seed', () => {
    for (const mix of MIX_NAMES) expect(draw(mix, 9)).toEqual(draw(mix, 9));
  });

  it('begin after the warm-up, and end with the safety phase', () => {
    const all = MIX_NAMES.flatMap((mix) => Array.from({ length: 100 }, (_, seed) => draw(mix, seed)).flat());
    for (const spec of all) {
      expect(spec.from).toBeGreaterThanOrEqual(FROM - 5000);
      if ('until' in spec) expect(spec.until).toBeLessThanOrEqual(UNTIL);
      if ('until' in spec) expect(spec.until).toBeGreaterThan(spec.from);
    }
  });

  it('swarm has every fault that there is, each in some seeds and none in all', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => new Set(draw('swarm', seed).map(({ id }) => id)));
    const expected = 'F-01 F-02 F-03 F-04 F-05 F-06 F-07 F-14 F-16 F-17 F-18 F-19 F-32 F-35'.split(' ');
    for (const id of expected) {
      const share = seeds.filter((ids) => ids.has(id as never)).length / seeds.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.7);
    }
    expect(new Set(seeds.flatMap((ids) => [...ids]))).toEqual(new Set(expected));
  });

  it('I-24, I-25: overload always asks for more than there is, and one caller for a hundred times as much', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const drawn = draw('overload', seed, SERVICE);
      const loads = drawn.flatMap((spec) => (spec.id === 'F-38' ? [spec.load] : []));
      expect(new Set(loads)).toEqual(new Set(['surge', 'flood']));
      for (const spec of drawn) {
        expect(spec.from).toBeGreaterThanOrEqual(SERVICE.from);
        if ('until' in spec && spec.id !== 'F-40') expect(spec.until).toBeLessThanOrEqual(UNTIL);
        if ('place' in spec) expect(spec.place).toBeLessThan(SERVICE.instances);
      }
    }
  });

  it('overload has every fault of the service, each in some seeds and none in all', () => {
    const others = Array.from({ length: 200 }, (_, seed) => draw('overload', seed, SERVICE).slice(2));
    const seeds = others.map((specs) => new Set(specs.map(({ id }) => id)));
    const expected = 'F-01 F-02 F-14 F-16 F-17 F-18 F-19 F-20 F-24 F-29 F-38 F-40'.split(' ');
    for (const id of expected) {
      const share = seeds.filter((ids) => ids.has(id as never)).length / seeds.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.9);
    }
    expect(new Set(seeds.flatMap((ids) => [...ids]))).toEqual(new Set(expected));
  });

  it('draws the same for the database, whether something is throttled or not', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const alone = draw('swarm', seed);
      expect(draw('swarm', seed, SERVICE).slice(0, alone.length)).toEqual(alone);
    }
  });

  it('cache has every fault of the tier, each in some seeds and none in all', () => {
    const all = Array.from({ length: 200 }, (_, seed) => draw('cache', seed, null, CACHE));
    const seeds = all.map((specs) => new Set(specs.filter(isOnCache).map(({ id }) => id)));
    const expected = 'F-01 F-02 F-03 F-07 F-11 F-12 F-20 F-28 F-41'.split(' ');
    for (const id of expected) {
      const share = seeds.filter((ids) => ids.has(id as never)).length / seeds.length;
      expect(share).toBeGreaterThan(0.3);
      expect(share).toBeLessThan(0.95);
    }
    expect(new Set(seeds.flatMap((ids) => [...ids]))).toEqual(new Set(expected));
  });

  it('cache befalls shards, processes, and now and then the database below', () => {
    const specs = Array.from({ length: 100 }, (_, seed) => draw('cache', seed, null, CACHE)).flat();
    for (const spec of specs) {
      expect(spec.from).toBeGreaterThanOrEqual(FROM);
      if ('until' in spec) expect(spec.until).toBeLessThanOrEqual(UNTIL);
      if ('shard' in spec) expect(spec.shard).toBeLessThan(CACHE.shards);
      if ('process' in spec) expect(spec.process).toBeLessThan(CACHE.nodes.length);
    }
    const below = specs.filter((spec) => !isOnCache(spec));
    expect(below.length).toBeGreaterThan(20);
    expect(below.flatMap((spec) => ('nodes' in spec ? spec.nodes : []))).toContain('client:store-1');
  });

  it('front befalls tasks, zones, names and those who look after them, each kind in some seeds', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => draw('front', seed, null, null, FRONT));
    const ids = 'F-01 F-02 F-03 F-04 F-05 F-06 F-07 F-13 F-16 F-17 F-18 F-19 F-24 F-25 F-26 F-39'.split(' ');
    expect(new Set(seeds.flat().map(({ id }) => id))).toEqual(new Set(ids));
    const versions = seeds.map((specs) => specs.filter(({ id }) => id === 'F-39'));
    const share = versions.filter(({ length }) => length > 0).length / seeds.length;
    expect(share).toBeGreaterThan(0.5);
    expect(share).toBeLessThan(0.95);
    const told = new Set(versions.flat().map((spec) => ('folder' in spec ? spec.folder : 'tasks')));
    expect(told).toEqual(new Set(['dns-failover', 'health-check', 'tasks']));
  });

  it('draws no fault of a cache that is not there', () => {
    expect(Array.from({ length: 20 }, (_, seed) => draw('cache', seed)).flat()).toEqual([]);
  });

  it('draws no fault of a service that is not there', () => {
    expect(Array.from({ length: 20 }, (_, seed) => draw('overload', seed)).flat()).toEqual([]);
  });

  it.each([
    ['calm', []],
    ['az-loss', ['F-06']],
    ['dns-race', ['F-02', 'F-17', 'F-19']],
    ['stale-describe', ['F-14']],
    ['client-blind', ['F-07']],
  ] as const)('%s always has %j', (mix, ids) => {
    for (let seed = 0; seed < 50; seed += 1) {
      const drawn = new Set(draw(mix, seed).map(({ id }) => id));
      for (const id of ids) expect(drawn).toContain(id);
      if (mix === 'calm') expect(drawn.size).toBe(0);
    }
  });

  it('az-loss takes one zone and no other', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const drawn = draw('az-loss', seed).filter(({ id }) => id !== 'F-17' && id !== 'F-18');
      const zone = drawn.flatMap((spec) => ('az' in spec ? [spec.az] : []))[0]!;
      const inside = MEMBERS.filter(({ az }) => az === zone).map(({ id }) => id);
      const hit = drawn.flatMap((spec) => ('member' in spec ? [spec.member] : []));
      expect(hit).toEqual(inside);
    }
  });
});
