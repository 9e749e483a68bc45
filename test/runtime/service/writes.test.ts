import { afterEach, describe, expect, it } from 'vitest';
import type { ServicePool } from '../../../runtime/service/pool.ts';
import { type Behaviour, load, SimulatedService } from './simulated/service.ts';

const HANGS: Behaviour = { kind: 'hangs' };
/** As a service answers whose writer is away: it has waited, and says when to come again. */
const NO_WRITER: Behaviour = { kind: 'answers', ms: 4000, status: 503, headers: { 'retry-after': '1' } };
const GATEWAY_TIME_OUT: Behaviour = { kind: 'answers', ms: 4000, status: 504 };

let service: SimulatedService;
let pool: ServicePool;

afterEach(async () => {
  const closing = pool.close(0);
  await service.clock.advance(1);
  await closing;
});

async function setUp(ids: readonly string[]): Promise<void> {
  service = new SimulatedService(ids);
  pool = await service.ready();
}

/** A write for every other read. */
async function mixed(ms: number): Promise<{ readonly reads: number; readonly failedReads: number }> {
  let reads = 0;
  let failedReads = 0;
  for (let at = 0; at < ms; at += 30) {
    for (const method of ['GET', 'GET', 'POST']) {
      const isRead = method === 'GET';
      if (isRead) reads += 1;
      void pool.request({ method, path: '/work' }).catch(() => void (failedReads += isRead ? 1 : 0));
    }
    await service.clock.advance(30);
  }
  await service.clock.advance(6000);
  return { reads, failedReads };
}

describe('writes that nobody does', () => {
  it.each([
    ['hang', HANGS],
    ['are given up behind it', NO_WRITER],
    ['time out behind it', GATEWAY_TIME_OUT],
  ])(
    'F-24: that %s blame no instance: the one that is cut off is left, and reads go on',
    async (_how, how) => {
      await setUp(['a', 'b', 'c']);
      await mixed(3000);
      for (const id of ['a', 'b']) service.writes.set(id, how);
      service.behaviours.set('c', HANGS);
      const { reads, failedReads } = await mixed(15_000);
      expect(failedReads / reads).toBeLessThan(0.005);
      const late = service.requests.filter(({ instance, method, at }) => {
        return instance === 'c' && method === 'GET' && at > service.clock.now() - 18_000;
      });
      expect(late.length, 'reads that the one cut off was asked').toBeLessThan(5);
      expect(service.states(pool)).toMatchObject({ a: 'fresh', b: 'fresh' });
    },
  );

  it('have their instances probed, and are sent nowhere else', async () => {
    await setUp(['a', 'b', 'c']);
    for (const id of ['a', 'b', 'c']) service.writes.set(id, HANGS);
    const { errors } = await load(service, pool, { ms: 1000, everyMs: 100, method: 'POST' });
    expect(errors).toHaveLength(10);
    expect(service.requests).toHaveLength(10);
    expect(service.arrived.length).toBeGreaterThan(10);
  });
});

it('F-02: writes that one instance alone leaves without an answer have it left out', async () => {
  await setUp(['a', 'b', 'c']);
  service.writes.set('c', HANGS);
  await load(service, pool, { ms: 10_000, everyMs: 20, method: 'POST' });
  const asked = service.requests.filter(({ instance }) => instance === 'c');
  expect(asked.length).toBeLessThan(service.requests.length / 6);
});
