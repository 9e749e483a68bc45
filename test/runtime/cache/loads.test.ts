import { describe, expect, it } from 'vitest';
import type { Cache, LoadContext, LoadOptions } from '../../../runtime/cache/index.ts';
import { cacheStage, outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 60_000 };
const AGE = { ttlMs: 10_000, staleMs: 5000, staleIfBusyMs: 60_000 };

function never(): Promise<number> {
  return new Promise(() => {});
}

describe('where the read budget is spent', () => {
  it('a value past its time is served if the reader allows it, and never one that was invalidated', async () => {
    const { clock, caches } = await cacheStage({ clients: 1, budget: { concurrencyMax: 1, waitMs: 100 } });
    const [cache] = caches as [Cache];
    await outcome(
      clock,
      cache.getOrLoad('k', () => Promise.resolve(1), AGE),
    );
    await clock.advance(20_000);
    const blocking = cache.getOrLoad('other', never, TTL).catch(() => {});
    await clock.advance(5);
    const from: string[] = [];
    const onServed = (how: string): void => void from.push(how);
    const again = (): Promise<number> => Promise.resolve(2);
    const busy = await outcome(clock, cache.getOrLoad('k', again, { ...AGE, onServed }));
    expect([busy.value, from]).toEqual([1, ['stale']]);
    expect(busy.ms).toBeLessThan(10);
    const strict = await outcome(clock, cache.getOrLoad('k', again, { ...AGE, staleIfBusyMs: 0 }));
    expect(strict.error?.code).toBe('read-budget-spent');
    await outcome(clock, cache.delete('k'));
    const gone = await outcome(clock, cache.getOrLoad('k', again, AGE));
    expect(gone.error?.code).toBe('read-budget-spent');
    await clock.advance(10_000);
    await blocking;
    expect((await outcome(clock, cache.getOrLoad('k', again, AGE))).value).toBe(2);
  });

  it('a value past its time is loaded where there is a place', async () => {
    const { clock, caches } = await cacheStage();
    await outcome(
      clock,
      caches[0]!.getOrLoad('k', () => Promise.resolve(1), AGE),
    );
    await clock.advance(20_000);
    let loads = 0;
    const load = async (): Promise<number> => {
      loads += 1;
      await clock.sleep(50);
      return 2;
    };
    const reads = caches.flatMap((cache) => [1, 2, 3].map(() => cache.getOrLoad('k', load, AGE)));
    expect((await outcome(clock, Promise.all(reads))).value).toEqual([2, 2, 2, 2, 2, 2]);
    expect(loads).toBe(1);
  });

  it('all who wait for a load hear that it was refused, and a higher class tries again', async () => {
    const { clock, caches } = await cacheStage({ clients: 1, budget: { concurrencyMax: 1, waitMs: 300 } });
    const [cache] = caches as [Cache];
    const held = Promise.withResolvers<number>();
    const blocking = cache.getOrLoad('other', () => held.promise, TTL);
    await clock.advance(5);
    const load = (): Promise<number> => Promise.resolve(1);
    const low = [1, 2, 3].map(() => cache.getOrLoad('k', load, { ...TTL, criticality: 'sheddable' }));
    await clock.advance(100);
    const high = cache.getOrLoad('k', load, { ...TTL, criticality: 'critical' });
    const ends = await outcome(clock, Promise.allSettled(low));
    expect(ends.ms).toBeLessThan(250);
    const codes = ends.value!.map(
      (end) => end.status === 'rejected' && (end.reason as { code: string }).code,
    );
    expect(codes).toEqual(['read-budget-spent', 'read-budget-spent', 'read-budget-spent']);
    held.resolve(0);
    expect((await outcome(clock, high)).value).toBe(1);
    await outcome(clock, blocking);
    expect(cache.describe().budget).toMatchObject({
      inFlight: 0,
      waiting: 0,
      shed: { sheddable: 1, critical: 0 },
    });
  });

  it('what nobody waits for is put off, and done later', async () => {
    const { clock, caches } = await cacheStage({ clients: 1, budget: { concurrencyMax: 1 } });
    const [cache] = caches as [Cache];
    const age = { ttlMs: 10_000, staleMs: 60_000 };
    await outcome(
      clock,
      cache.getOrLoad('k', () => Promise.resolve(1), age),
    );
    await clock.advance(11_000);
    const again = (): Promise<number> => Promise.resolve(2);
    const blocking = cache.getOrLoad('other', () => clock.sleep(100).then(() => 0), TTL);
    await clock.advance(5);
    expect((await outcome(clock, cache.getOrLoad('k', again, age))).value).toBe(1);
    await clock.advance(20);
    expect((await outcome(clock, cache.get('k'))).value).toBe(1);
    await outcome(clock, blocking);
    expect((await outcome(clock, cache.getOrLoad('k', again, age))).value).toBe(1);
    await clock.advance(20);
    expect((await outcome(clock, cache.get('k'))).value).toBe(2);
  });
});

describe('a reader that goes away', () => {
  it('leaves the waiting list, and nothing is loaded for it', async () => {
    const { clock, caches, servers } = await cacheStage({ shards: 1, budget: { concurrencyMax: 1 } });
    const [a, b] = caches as [Cache, Cache];
    const blocking = a.getOrLoad('other', () => clock.sleep(200).then(() => 0), TTL);
    await clock.advance(5);
    const gone = new AbortController();
    let loads = 0;
    const load = (): Promise<number> => Promise.resolve((loads += 1));
    const reading = Promise.allSettled([a.getOrLoad('k', load, { ...TTL, signal: gone.signal })]);
    await clock.advance(20);
    gone.abort(new Error('gone'));
    expect(await reading).toMatchObject([{ reason: { message: 'gone' } }]);
    expect(loads).toBe(0);
    await clock.advance(5);
    expect(servers.entry(0, ':k')).toBeNull();
    expect(a.describe().budget).toMatchObject({ waiting: 0, abandoned: 1 });
    expect((await outcome(clock, b.getOrLoad('k', load, TTL))).ms).toBeLessThan(20);
    await outcome(clock, blocking);
    await expect(a.getOrLoad('k', load, { ...TTL, signal: gone.signal })).rejects.toThrow('gone');
  });

  it('leaves the load to those who stay; when the last one goes the load is told', async () => {
    const { clock, caches } = await cacheStage({ clients: 1 });
    const [cache] = caches as [Cache];
    const signals: AbortSignal[] = [];
    const load = async ({ signal }: LoadContext): Promise<number> => {
      signals.push(signal);
      await clock.sleep(100);
      signal.throwIfAborted();
      return 5;
    };
    const [one, two] = [new AbortController(), new AbortController()];
    const read = (controller: AbortController): Promise<number> =>
      cache.getOrLoad('k', load, { ...TTL, signal: controller.signal });
    const [first, second] = [Promise.allSettled([read(one)]), read(two)];
    await clock.advance(10);
    one.abort();
    expect(await first).toMatchObject([{ reason: { name: 'AbortError' } }]);
    expect((await outcome(clock, second)).value).toBe(5);
    await outcome(clock, cache.delete('k'));
    const three = new AbortController();
    const third = Promise.allSettled([read(three)]);
    await clock.advance(10);
    three.abort();
    expect(await third).toMatchObject([{ reason: { name: 'AbortError' } }]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    const late = await outcome(clock, cache.getOrLoad('k', load, TTL));
    expect(late.value).toBe(5);
  });
});

describe('a load that takes long', () => {
  it('is not begun by anybody else as long as its process lives', async () => {
    const { clock, caches, servers } = await cacheStage({ shards: 1 });
    const [a, b] = caches as [Cache, Cache];
    let [atWork, most] = [0, 0];
    const slow = async (): Promise<number> => {
      atWork += 1;
      most = Math.max(most, atWork);
      await clock.sleep(8000);
      atWork -= 1;
      return 1;
    };
    const both = Promise.all([a.getOrLoad('k', slow, TTL), b.getOrLoad('k', slow, TTL)]);
    expect((await outcome(clock, both, 20_000)).value).toEqual([1, 1]);
    expect(most).toBe(1);
    expect(servers.entry(0, ':k')?.[0]).toBe('V'.charCodeAt(0));
  });

  it('anew, too: and one whose process died is taken over', async () => {
    const { clock, caches, servers } = await cacheStage({ shards: 1 });
    const [a, b] = caches as [Cache, Cache];
    const age = { ttlMs: 10_000, staleMs: 600_000 };
    await outcome(
      clock,
      a.getOrLoad('k', () => Promise.resolve(1), age),
    );
    await clock.advance(11_000);
    let begun = 0;
    const slow = async (): Promise<number> => {
      begun += 1;
      await clock.sleep(8000);
      return 2;
    };
    await outcome(clock, a.getOrLoad('k', slow, age));
    for (let n = 0; n < 70; n += 1) {
      await outcome(clock, b.getOrLoad('k', slow, age));
      await clock.advance(100);
    }
    expect(begun).toBe(1);
    await clock.advance(13_000);
    await outcome(clock, a.getOrLoad('k', never, age));
    await clock.advance(10);
    servers.cut('a', 0);
    for (let n = 0; n < 70; n += 1) {
      await outcome(
        clock,
        b.getOrLoad('k', () => Promise.resolve(3), age),
      );
      await clock.advance(100);
    }
    expect((await outcome(clock, b.get('k'))).value).toBe(3);
  });

  it('without an end fails, gives its place back, and leaves the key to others', async () => {
    const { clock, caches } = await cacheStage({ budget: { concurrencyMax: 1, loadMs: 1000 } });
    const [a, b] = caches as [Cache, Cache];
    const contexts: LoadContext[] = [];
    const hang = (context: LoadContext): Promise<number> => {
      contexts.push(context);
      return never();
    };
    const { error, ms } = await outcome(clock, a.getOrLoad('k', hang, TTL));
    expect([error?.code, Math.round(ms / 100)]).toEqual(['load-timed-out', 10]);
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(a.describe().budget.inFlight).toBe(0);
    const next = await outcome(
      clock,
      b.getOrLoad('k', () => Promise.resolve(1), TTL),
    );
    expect([next.value, next.ms < 50]).toEqual([1, true]);
  });
});

describe('a value past its time whose load fails', () => {
  it('is served on, and loaded by the next reader', async () => {
    const { clock, caches } = await cacheStage({ clients: 1 });
    const [cache] = caches as [Cache];
    const age = { ttlMs: 10_000, staleMs: 60_000 };
    await outcome(
      clock,
      cache.getOrLoad('k', () => Promise.resolve(1), age),
    );
    await clock.advance(11_000);
    const broken = (): Promise<number> => Promise.reject(new Error('no row'));
    expect((await outcome(clock, cache.getOrLoad('k', broken, age))).value).toBe(1);
    await clock.advance(20);
    expect(
      (
        await outcome(
          clock,
          cache.getOrLoad('k', () => Promise.resolve(2), age),
        )
      ).value,
    ).toBe(1);
    await clock.advance(20);
    expect((await outcome(clock, cache.get('k'))).value).toBe(2);
  });
});

it('what somebody else has written in the place of a value holds nobody up', async () => {
  const { clock, caches, servers } = await cacheStage({ shards: 1, clients: 1 });
  servers.at(0).write(':k', new TextEncoder().encode('written by hand'), 60_000);
  const { value, ms } = await outcome(
    clock,
    caches[0]!.getOrLoad('k', () => Promise.resolve(1), TTL),
  );
  expect([value, ms < 20]).toEqual([1, true]);
});

describe('fails to load with', () => {
  const BAD: readonly (readonly [string, Partial<LoadOptions>])[] = [
    ['ttlMs', { ttlMs: 0 }],
    ['staleMs', { staleMs: -1 }],
    ['staleIfBusyMs', { staleIfBusyMs: 0.5 }],
    ['criticality', { criticality: 'urgent' as never }],
    ['share', { share: 0 }],
    ['share', { share: 1.5 }],
  ];

  it.each(BAD)('%s = %o', async (field, options) => {
    const { caches } = await cacheStage({ clients: 1 });
    const reading = caches[0]!.getOrLoad('k', () => Promise.resolve(1), { ...TTL, ...options });
    await expect(reading).rejects.toMatchObject({ code: 'invalid-input', faults: [{ field }] });
  });
});
