import { afterEach, describe, expect, it } from 'vitest';
import type { ServicePool, ServicePoolOptions } from '../../../runtime/service/pool.ts';
import { type Behaviour, load, SimulatedService, WELL } from './simulated/service.ts';

let service: SimulatedService;
let pool: ServicePool;

afterEach(async () => {
  const closing = pool.close(0);
  await service.clock.advance(1);
  await closing;
});

async function setUp(ids: readonly string[], options: Partial<ServicePoolOptions> = {}): Promise<void> {
  service = new SimulatedService(ids);
  pool = await service.ready(options as { limits?: object });
}

const REFUSES: Behaviour = { kind: 'refuses' };
const HANGS: Behaviour = { kind: 'hangs' };
const status = () => pool.describe().versions[0]!;

describe('the registry', () => {
  it('I-03: is believed when it names somebody, and never when it says there is nobody', async () => {
    await setUp(['a', 'b']);
    service.registry.set('shop', []);
    await service.clock.advance(60_000);
    expect(Object.keys(service.states(pool))).toEqual(['a', 'b']);
    expect(status().registry.empty).toBeGreaterThan(5);
    expect((await load(service, pool, { ms: 100 })).errors).toEqual([]);
  });

  it('I-29: may be away for hours', async () => {
    await setUp(['a', 'b']);
    service.registryFails = true;
    await service.clock.advance(2 * 3_600_000);
    expect((await load(service, pool, { ms: 100 })).errors).toEqual([]);
  });

  it('is followed: who is new is probed before it serves, who is gone gets nothing more', async () => {
    await setUp(['a', 'b', 'c', 'd']);
    service.register('shop', ['a', 'b', 'c', 'e']);
    await service.clock.advance(7000);
    expect(Object.keys(service.states(pool))).toEqual(['a', 'b', 'c', 'e']);
    expect(service.closed).toEqual(['d']);
    expect(service.arrived.filter(({ instance }) => instance === 'e').map(({ path }) => path)).toEqual([
      '/health',
      '/health',
    ]);
  });

  it('is asked every 5 s, give or take a fifth, and at once but not more than twice a second after errors', async () => {
    await setUp(['a', 'b', 'c']);
    const before = service.lookups;
    await service.clock.advance(50_000);
    expect(service.lookups - before).toBeGreaterThanOrEqual(8);
    expect(service.lookups - before).toBeLessThanOrEqual(13);
    const atFault = service.lookups;
    for (const id of ['a', 'b', 'c']) service.behaviours.set(id, REFUSES);
    for (let n = 0; n < 40; n += 1) {
      void pool.request({ method: 'GET', path: '/work' }).catch(() => {});
      await service.clock.advance(50);
    }
    expect(service.lookups - atFault).toBeGreaterThanOrEqual(3);
    expect(service.lookups - atFault).toBeLessThanOrEqual(5);
  });

  it('is waited for by the first requests, within their time', async () => {
    service = new SimulatedService([]);
    pool = service.pool();
    let code: string | undefined;
    pool.request({ method: 'GET', path: '/work', deadlineMs: 300 }).catch((error: unknown) => {
      code = (error as { code: string }).code;
    });
    await service.clock.advance(400);
    expect(code).toBe('deadline-exceeded');
    const answer = pool.request({ method: 'GET', path: '/work' });
    service.register('shop', ['a']);
    await service.clock.advance(2000);
    expect((await answer).instance).toBe('a');
  });
});

describe('an instance that refuses', () => {
  it.each([2, 3, 4, 5])('of %i is left out, and no request fails', async (count) => {
    const ids = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
    await setUp(ids);
    await load(service, pool, { ms: 1000 });
    service.behaviours.set('a', REFUSES);
    expect((await load(service, pool, { ms: 2000 })).errors).toEqual([]);
    expect(['ejected', 'probing']).toContain(service.states(pool)['a']);
  });

  it('F-25, I-04: below a half that look fit every one is used', async () => {
    await setUp(['a', 'b', 'c']);
    await load(service, pool, { ms: 1000 });
    for (const id of ['a', 'b', 'c']) service.behaviours.set(id, REFUSES);
    for (let n = 0; n < 100; n += 1) {
      void pool.request({ method: 'GET', path: '/work' }).catch(() => {});
      await service.clock.advance(20);
    }
    expect(status().panic).toBe(true);
    const out = Object.values(service.states(pool)).filter((state) => /ejected|probing/.test(state));
    expect(out).toHaveLength(1);
    // Whoever serves again is found, the one that is out included.
    const [outId] = Object.entries(service.states(pool)).find(([, state]) => /ejected|probing/.test(state))!;
    service.behaviours.set(outId, WELL);
    const { by } = await load(service, pool, { ms: 3000 });
    expect(by[outId]!).toBeGreaterThan(100);
  });

  it('comes back by probes, never by a request, and slowly', async () => {
    await setUp(['a', 'b', 'c']);
    service.behaviours.set('a', REFUSES);
    await load(service, pool, { ms: 2000 });
    const requests = service.requests.length;
    service.behaviours.set('a', WELL);
    service.health.set('a', REFUSES);
    await load(service, pool, { ms: 15_000, everyMs: 50 });
    expect(service.requests.slice(requests).filter(({ instance }) => instance === 'a')).toEqual([]);
    service.health.delete('a');
    const { by } = await load(service, pool, { ms: 13_000 });
    expect(service.states(pool)['a']).toBe('fresh');
    expect(by['a']!).toBeGreaterThan(50);
    expect(by['a']!).toBeLessThan(by['b']!);
  });

  it('F-04: whose probes pass is left out all the same', async () => {
    await setUp(['a', 'b', 'c']);
    await load(service, pool, { ms: 1000 });
    service.behaviours.set('a', { kind: 'breaks', ms: 5 });
    service.health.set('a', WELL);
    expect((await load(service, pool, { ms: 5000 })).errors).toEqual([]);
    const now = service.clock.now();
    const late = service.requests.filter(({ instance, at }) => instance === 'a' && at > now - 7000);
    expect(late.length).toBeLessThan(15);
  });

  it('F-05: only its probes fail: nothing happens', async () => {
    await setUp(['a', 'b', 'c']);
    service.health.set('a', REFUSES);
    const { by } = await load(service, pool, { ms: 5000 });
    expect(service.states(pool)['a']).toBe('fresh');
    expect(by['a']!).toBeGreaterThan(250);
  });
});

describe('an instance that hangs', () => {
  it('F-02: is left after two time-outs; at most two requests fail, and no POST is sent twice', async () => {
    await setUp(['a', 'b', 'c']);
    await load(service, pool, { ms: 1000 });
    service.behaviours.set('a', HANGS);
    const before = service.clock.now();
    const { errors } = await load(service, pool, { ms: 3000 });
    expect(errors.length).toBeLessThanOrEqual(2);
    const last = Math.max(...service.requests.filter(({ instance }) => instance === 'a').map(({ at }) => at));
    expect(last - before).toBeLessThan(2000);
    expect(['ejected', 'probing']).toContain(service.states(pool)['a']);
  });

  it('is not left where everybody hangs: it is the load, or something behind them', async () => {
    await setUp(['a', 'b', 'c']);
    for (const id of ['a', 'b', 'c']) service.behaviours.set(id, HANGS);
    service.health.set('a', WELL).set('b', WELL).set('c', WELL);
    await load(service, pool, { ms: 3000, everyMs: 50 });
    expect(Object.values(service.states(pool)).filter((state) => /ejected|probing/.test(state))).toEqual([]);
  });
});

describe('an instance that is leaving', () => {
  it('gets nothing more, counts no error, and takes no place in the cap', async () => {
    await setUp(['a', 'b', 'c']);
    service.behaviours.set('a', { kind: 'answers', ms: 5, headers: { 'x-draining': '1' } });
    expect((await load(service, pool, { ms: 1000 })).errors).toEqual([]);
    const before = service.requests.filter(({ instance }) => instance === 'a').length;
    service.behaviours.set('b', REFUSES);
    expect((await load(service, pool, { ms: 1000 })).errors).toEqual([]);
    expect(service.states(pool)).toMatchObject({ a: 'draining', c: 'fresh' });
    expect(['ejected', 'probing']).toContain(service.states(pool)['b']);
    expect(service.requests.filter(({ instance }) => instance === 'a')).toHaveLength(before);
  });

  it('serves on where everybody is leaving', async () => {
    await setUp(['a', 'b']);
    for (const id of ['a', 'b']) {
      service.behaviours.set(id, { kind: 'answers', ms: 5, headers: { 'x-draining': '1' } });
    }
    expect((await load(service, pool, { ms: 500 })).errors).toEqual([]);
  });
});
