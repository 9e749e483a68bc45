import { describe, expect, it } from 'vitest';
import { AWS_TIMINGS } from '../../../../proving/twin/aurora/index.ts';
import { INSERT } from '../../../../proving/sim/database/index.ts';
import { failureOf, finds, MEMBERS, stage, type Stage, write } from './stage.ts';

const within = (ms: number) => ({ min: ms * 0.75, max: ms * 1.25 });

const SLOWEST_MS = 1.25 * (AWS_TIMINGS.detectionMs + AWS_TIMINGS.promotionMs + AWS_TIMINGS.endpointMoveMs);

/** Passes time until it holds, and answers how long that took. */
async function untilTrue({ clock, pass }: Stage, holds: () => boolean, withinMs = 300_000): Promise<number> {
  const from = clock.now();
  while (!holds()) {
    if (clock.now() - from > withinMs) throw new Error(`not within ${withinMs} ms`);
    await pass(20);
  }
  return clock.now() - from;
}

const accepts = (on: Stage, id: string): boolean => on.engine(id).acceptsCommits;

describe('the managed service of the simulated database', () => {
  it('F-01: sees the death of the writer and promotes by itself; the dead one comes back as a reader', async () => {
    const on = stage();
    const { database, settled, connect, engine, clock, events } = on;
    await settled(write(await connect('db-1'), 'before'));
    const diedAt = clock.now();
    database.crash('db-1');
    expect([on.writer(), database.describe().status]).toEqual(['db-1', 'available']);
    const servedMs = await untilTrue(on, () => accepts(on, 'db-2'));
    expect(servedMs).toBeGreaterThan(within(AWS_TIMINGS.detectionMs + AWS_TIMINGS.promotionMs).min);
    expect(servedMs).toBeLessThan(within(AWS_TIMINGS.detectionMs + AWS_TIMINGS.promotionMs).max + 1000);
    expect(database.describe().status).toBe('failing-over');
    expect(database.view()).toMatchObject({ endpoint: 'db-1', generation: 2 });
    await untilTrue(on, () => database.view().endpoint === 'db-2');
    expect(clock.now() - diedAt).toBeLessThan(SLOWEST_MS + 1000);
    const [failedOverAt] = database.view().managedFailovers;
    expect(failedOverAt! - diedAt).toBeGreaterThan(within(AWS_TIMINGS.detectionMs).min - 1);
    const writer = await connect('db-2');
    expect(await settled(finds(writer, 'before'))).toBe(true);
    await settled(write(writer, 'after'));
    await untilTrue(on, () => engine('db-1').up);
    expect(engine('db-1')).toMatchObject({ role: 'reader', position: 2 });
    expect(database.view().managedFailovers).toHaveLength(1);
    expect(events.map(({ id }) => id)).toEqual(['RDS-EVENT-0073', 'RDS-EVENT-0071', 'RDS-EVENT-0006']);
  });

  it('F-01: a dead reader leaves the reader endpoint and comes back; nobody is promoted', async () => {
    const on = stage();
    const { database, engine } = on;
    database.crash('db-2');
    await untilTrue(on, () => database.view().readerEndpoint.length === 1);
    expect(database.describe().members.find(({ id }) => id === 'db-2')!.status).toBe('rebooting');
    await untilTrue(on, () => database.view().readerEndpoint.length === 2);
    expect([engine('db-2').up, database.view().generation]).toEqual([true, 1]);
    expect(database.view().managedFailovers).toEqual([]);
  });

  it('a writer without readers is started again in place and goes on in its generation', async () => {
    const on = stage({ members: MEMBERS.slice(0, 1) });
    const { database, settled, connect } = on;
    await settled(write(await connect('db-1'), 'a'));
    database.crash('db-1');
    await untilTrue(on, () => accepts(on, 'db-1'));
    const writer = await connect('db-1');
    expect(await settled(finds(writer, 'a'))).toBe(true);
    await settled(write(writer, 'b'));
    expect(database.view().commits.map(({ generation }) => generation)).toEqual([1, 1]);
  });

  it('F-02: does not see a hang: nothing happens until somebody calls', async () => {
    const on = stage();
    const { database, pass } = on;
    database.freeze('db-1');
    await pass(600_000);
    expect(database.view()).toMatchObject({ endpoint: 'db-1', generation: 1, managedFailovers: [] });
    expect(database.describe().status).toBe('available');
    expect(database.failover('db-3')).toEqual({ outcome: 'accepted' });
    await untilTrue(on, () => accepts(on, 'db-3'));
    expect(database.view().managedFailovers).toEqual([]);
  });

  it('F-02, I-02: an old writer that wakes commits nothing, and comes back only then, from a copy', async () => {
    const on = stage();
    const { database, settled, pass, connect, engine } = on;
    const old = await connect('db-1');
    await settled(old.query('begin'));
    await settled(old.query(INSERT, ['late']));
    database.freeze('db-1');
    const commit = failureOf(old.query('commit'));
    database.failover('db-2');
    await untilTrue(on, () => accepts(on, 'db-2'));
    await settled(write(await connect('db-2'), 'new'));
    await pass(300_000);
    expect(engine('db-1')).toMatchObject({ frozen: true, generation: 1, acceptsCommits: false });
    database.thaw('db-1');
    expect((await settled(commit)).kind).toBe('lost');
    expect(database.timesStored('late')).toBe(0);
    expect(database.view().commits).toMatchObject([
      { id: 'new', generation: 2, acknowledged: true },
      { id: 'late', generation: 1, acknowledged: false },
    ]);
    await untilTrue(on, () => engine('db-1').role === 'reader');
    expect(await settled(finds(await connect('db-1'), 'new'))).toBe(true);
  });

  it('F-02, I-02: a write that begins on the woken old writer is not acknowledged either', async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const on = stage({ seed });
      const { database, settled, connect } = on;
      const old = await connect('db-1');
      database.freeze('db-1');
      database.failover('db-2');
      await untilTrue(on, () => accepts(on, 'db-2'));
      database.thaw('db-1');
      expect((await settled(failureOf(write(old, 'stale')))).kind).toBe('lost');
      expect(database.timesStored('stale')).toBe(0);
      expect(database.view().commits.some(({ acknowledged }) => acknowledged)).toBe(false);
    }
  });

  it('F-02: an old writer that wakes idle ends too, and comes back as a reader', async () => {
    const on = stage();
    const { database, engine } = on;
    database.freeze('db-1');
    database.failover('db-2');
    await untilTrue(on, () => accepts(on, 'db-2'));
    database.thaw('db-1');
    expect(await untilTrue(on, () => !engine('db-1').up)).toBeLessThan(300);
    await untilTrue(on, () => engine('db-1').up);
    expect(engine('db-1').role).toBe('reader');
  });

  it('I-02: the fence holds from the beginning of a promotion, however long that takes', async () => {
    const { database, settled, pass, connect, engine } = stage();
    const old = await connect('db-1');
    await settled(write(old, 'a'));
    database.pauseReplay('db-2', true);
    await settled(write(old, 'b'));
    database.freeze('db-1');
    database.failover('db-2');
    await pass(1000);
    database.thaw('db-1');
    expect((await settled(failureOf(write(old, 'stale')))).kind).toBe('lost');
    expect([database.timesStored('stale'), engine('db-2').role]).toEqual([0, 'reader']);
  });

  it('without the fence the same would be acknowledged and lost', async () => {
    const on = stage({ defect: 'unfenced' });
    const { database, settled, connect } = on;
    const old = await connect('db-1');
    database.freeze('db-1');
    database.failover('db-2');
    await untilTrue(on, () => accepts(on, 'db-2'));
    database.thaw('db-1');
    await settled(write(old, 'stale'));
    const view = await settled(database.topology.view(old));
    expect(view).toMatchObject({ self: 'db-1', selfIsWriter: true });
    expect(view.members.map(({ role }) => role)).toEqual(['writer', 'writer', 'reader']);
    expect(database.view().commits.at(-1)).toMatchObject({ id: 'stale', generation: 1, acknowledged: true });
    expect(database.timesStored('stale')).toBe(0);
  });

  it.each([
    ['dead', (on: Stage) => on.database.crash('db-2')],
    ['frozen', (on: Stage) => on.database.freeze('db-2')],
  ])('tries the next reader when the target is %s, and brings that one back', async (_, breakIt) => {
    const on = stage();
    const { database, engine } = on;
    breakIt(on);
    expect(database.failover('db-2')).toEqual({ outcome: 'accepted' });
    const ms = await untilTrue(on, () => accepts(on, 'db-3'));
    expect(ms).toBeLessThan(2500 + within(AWS_TIMINGS.promotionMs).max);
    expect(database.view().generation).toBe(2);
    await untilTrue(on, () => engine('db-2').up && !engine('db-2').frozen && engine('db-1').up);
    expect([engine('db-1').role, engine('db-2').role]).toEqual(['reader', 'reader']);
  });
});
