import { afterEach, describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
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

describe('zones', () => {
  const byLetter = (id: string): string => `zone-${id[0]}`;

  async function inZoneA(ids: readonly string[]): Promise<void> {
    service = new SimulatedService(ids, byLetter);
    pool = await service.ready({ az: 'zone-a' });
  }

  it('keep requests at home where their instances bear them', async () => {
    await inZoneA(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
    const { by } = await load(service, pool, { ms: 1000 });
    expect(Object.keys(by).toSorted()).toEqual(['a1', 'a2']);
  });

  it('with too few instances keep only their share', async () => {
    await inZoneA(['a1', 'b1', 'b2', 'c1', 'c2']);
    const { by } = await load(service, pool, { ms: 5000 });
    // Three fifths at home, and a fifth of what goes to all.
    expect(by['a1']! / 1000).toBeGreaterThan(0.6);
    expect(by['a1']! / 1000).toBeLessThan(0.76);
    expect(by['b1']!).toBeGreaterThan(20);
  });

  it('spill over where requests pile up at home', async () => {
    await inZoneA(['a1', 'a2', 'b1', 'b2', 'c1', 'c2']);
    for (const id of ['a1', 'a2']) service.behaviours.set(id, { kind: 'answers', ms: 400 });
    const { by, errors } = await load(service, pool, { ms: 3000 });
    expect(errors).toEqual([]);
    const away = ['b1', 'b2', 'c1', 'c2'].reduce((sum, id) => sum + (by[id] ?? 0), 0);
    expect(away).toBeGreaterThan(300);
  });

  it('F-24: lose their instances, and the others serve', async () => {
    await inZoneA(['a1', 'b1', 'c1']);
    service.behaviours.set('a1', REFUSES);
    expect((await load(service, pool, { ms: 2000 })).errors).toEqual([]);
  });
});

describe('versions', () => {
  it('fall back to stable where the other one has no instance, and say so', async () => {
    await setUp(['a', 'b']);
    const asked = pool.request({ method: 'GET', path: '/work', version: 'canary' });
    await service.clock.advance(100);
    expect(await asked).toMatchObject({ version: 'stable', fellBack: true });
    expect(pool.describe().fellBack).toBe(1);
  });

  it('are served by their own instances once the registry names some', async () => {
    await setUp(['a', 'b']);
    service.register('shop-canary', ['x']);
    void pool.request({ method: 'GET', path: '/work', version: 'canary' });
    await service.clock.advance(100);
    const asked = pool.request({ method: 'GET', path: '/work', version: 'canary' });
    await service.clock.advance(100);
    expect(await asked).toMatchObject({ instance: 'x', version: 'canary', fellBack: false });
  });

  it('fall back while the only instance of the other one does not serve', async () => {
    await setUp(['a', 'b']);
    service.register('shop-canary', ['x']);
    void pool.request({ method: 'GET', path: '/work', version: 'canary' });
    await service.clock.advance(100);
    await load(service, pool, { ms: 500 });
    service.behaviours.set('x', REFUSES);
    const errors: unknown[] = [];
    for (let n = 0; n < 100; n += 1) {
      void pool.request({ method: 'GET', path: '/work' });
      pool.request({ method: 'GET', path: '/work', version: 'canary' }).catch((error: unknown) => {
        errors.push(error);
      });
      await service.clock.advance(20);
    }
    expect(errors).toEqual([]);
  });
});

describe('closing', () => {
  it('lets requests under way finish, refuses new ones, and leaves no timer', async () => {
    await setUp(['a', 'b']);
    for (const id of ['a', 'b']) service.behaviours.set(id, { kind: 'answers', ms: 300 });
    const under = pool.request({ method: 'GET', path: '/work' });
    await service.clock.advance(10);
    const closing = pool.close(1000);
    await expect(pool.request({ method: 'GET', path: '/work' })).rejects.toMatchObject({
      code: 'service-pool-closed',
    });
    await service.clock.advance(400);
    await closing;
    expect((await under).status).toBe(200);
    expect(service.closed.toSorted()).toEqual(['a', 'b']);
    await service.clock.advance(10_000);
    expect(service.clock.pending).toBe(0);
  });

  it('ends what does not finish in time', async () => {
    await setUp(['a', 'b']);
    for (const id of ['a', 'b']) service.behaviours.set(id, HANGS);
    const under = pool.request({ method: 'GET', path: '/work' });
    const ended = expect(under).rejects.toMatchObject({ code: 'service-pool-closed' });
    await service.clock.advance(10);
    const closing = pool.close(100);
    await service.clock.advance(200);
    await Promise.all([closing, ended]);
  });
});

describe('whatever happens', () => {
  it('I-03, I-05: somebody can be chosen, and no more are out than the cap says', async () => {
    const behaviour = fc.constantFrom<Behaviour>(WELL, REFUSES, HANGS, { kind: 'breaks', ms: 3 });
    const run = fc.record({
      count: fc.integer({ min: 1, max: 5 }),
      turns: fc.array(fc.tuple(fc.nat(4), behaviour), { minLength: 1, maxLength: 8 }),
    });
    await setUp(['a']);
    await fc.assert(
      fc.asyncProperty(run, async ({ count, turns }) => {
        const ids = ['a', 'b', 'c', 'd', 'e'].slice(0, count);
        const one = new SimulatedService(ids);
        const its = await one.ready();
        const capOf = [0, 0, 1, 1, 1, 1][count]!;
        for (const [which, how] of turns) {
          one.behaviours.set(ids[which % count]!, how);
          for (let n = 0; n < 15; n += 1) {
            void its.request({ method: 'GET', path: '/work', deadlineMs: 1500 }).catch(() => {});
            await one.clock.advance(20);
            const out = Object.values(one.states(its)).filter((state) => /ejected|probing/.test(state));
            expect(out.length).toBeLessThanOrEqual(capOf);
          }
        }
        for (const id of ids) one.behaviours.set(id, WELL);
        one.health.clear();
        await one.clock.advance(30_000);
        const { errors } = await load(one, its, { ms: 200, everyMs: 20 });
        expect(errors).toEqual([]);
        const closing = its.close(0);
        await one.clock.advance(1);
        await closing;
      }),
      { numRuns: 25 },
    );
  });
});
