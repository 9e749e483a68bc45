import { describe, expect, it } from 'vitest';
import { finds, MEMBERS, stage, type Stage, write } from './stage.ts';

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

describe('a failover of the simulated database', () => {
  it('leaves the writer at work until the target has answered, and ends a target that does not', async () => {
    const on = stage();
    const { database, pass, engine } = on;
    database.freeze('db-2');
    database.failover('db-2');
    await pass(1500);
    expect(accepts(on, 'db-1')).toBe(true);
    await pass(1000);
    expect([accepts(on, 'db-1'), engine('db-2').up]).toEqual([false, false]);
  });

  it('a target that wakes in time is promoted, and drops the clients it had', async () => {
    const on = stage();
    const { database, pass, connect } = on;
    const reading = await connect('db-2');
    let lost = false;
    reading.onLost(() => (lost = true));
    database.freeze('db-2');
    database.failover('db-2');
    await pass(1000);
    expect(lost).toBe(false);
    database.thaw('db-2');
    await pass(1);
    expect(lost).toBe(true);
    await untilTrue(on, () => accepts(on, 'db-2'));
  });

  it('tries the next reader when the target freezes while it is promoted', async () => {
    const on = stage();
    const { database, pass, engine } = on;
    database.failover('db-2');
    await pass(30);
    database.freeze('db-2');
    await untilTrue(on, () => accepts(on, 'db-3'));
    expect([database.view().generation, engine('db-2').up]).toEqual([2, false]);
  });

  it('tries the next reader when the target dies while it is promoted', async () => {
    const on = stage();
    const { database, pass } = on;
    database.failover('db-2');
    await pass(100);
    database.crash('db-2');
    await untilTrue(on, () => accepts(on, 'db-3'));
    expect(database.view().generation).toBe(2);
  });

  it('I-17: never promotes a reader that has not replayed all that was acknowledged', async () => {
    const on = stage();
    const { database, settled, pass, connect, engine } = on;
    database.pauseReplay('db-2', true);
    await settled(write(await connect('db-1'), 'a'));
    await pass(1000);
    database.failover('db-2');
    const ms = await untilTrue(on, () => accepts(on, 'db-3'));
    expect(ms).toBeGreaterThan(10_000);
    expect(engine('db-3').position).toBe(1);
    expect(database.view().commits.at(-1)).toMatchObject({ id: 'a', acknowledged: true });
    expect(await settled(finds(await connect('db-3'), 'a'))).toBe(true);
  });

  it('I-17: waits for a reader that lags but replays', async () => {
    const on = stage();
    const { database, settled, pass, connect } = on;
    database.pauseReplay('db-2', true);
    await settled(write(await connect('db-1'), 'a'));
    database.failover('db-2');
    await pass(5000);
    expect(accepts(on, 'db-2')).toBe(false);
    database.pauseReplay('db-2', false);
    await untilTrue(on, () => accepts(on, 'db-2'));
    expect(await settled(finds(await connect('db-2'), 'a'))).toBe(true);
  });

  it('with no reader that can take over, the writer of before is started again', async () => {
    const on = stage();
    const { database, events, settled, connect } = on;
    database.freeze('db-1');
    for (const id of ['db-2', 'db-3']) database.crash(id);
    database.failover('db-2');
    await untilTrue(on, () => accepts(on, 'db-1'));
    expect(events.map(({ id }) => id)).toContain('RDS-EVENT-0070');
    expect(database.view().generation).toBe(1);
    await settled(write(await connect('db-1'), 'a'));
    expect(database.view().commits.at(-1)).toMatchObject({ generation: 1, acknowledged: true });
  });

  it('the same when the readers lag behind the fence', async () => {
    const on = stage();
    const { database, settled, connect, events } = on;
    for (const id of ['db-2', 'db-3']) database.pauseReplay(id, true);
    await settled(write(await connect('db-1'), 'a'));
    database.failover('db-2');
    await untilTrue(on, () => events.some(({ id }) => id === 'RDS-EVENT-0070'));
    expect(accepts(on, 'db-1')).toBe(false);
    await untilTrue(on, () => accepts(on, 'db-1'));
    await settled(write(await connect('db-1'), 'b'));
    expect(database.view()).toMatchObject({ generation: 1, durable: 2 });
  });

  it('I-01, I-02: a writer that is being started when it loses its role does not come back as one', async () => {
    let met = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const on = stage({ seed, timings: { detectionMs: 1000, crashRestartMs: 2000 } });
      const { database, pass, engine } = on;
      for (const { id } of MEMBERS) database.crash(id);
      // The first member that serves again is a reader, while the writer starts.
      await untilTrue(on, () => MEMBERS.some(({ id }) => engine(id).up));
      const { members, status } = database.describe();
      const target = members.find(({ id, status }) => id !== 'db-1' && status === 'available')?.id;
      if (target === undefined || status !== 'available' || engine('db-1').up) continue;
      if (database.failover(target).outcome === 'accepted') met += 1;
      for (let step = 0; step < 400; step += 1) {
        await pass(100);
        const writers = MEMBERS.filter(({ id }) => accepts(on, id));
        expect(writers.length).toBeLessThanOrEqual(1);
        if (database.view().generation === 1) expect(writers).toEqual([]);
      }
      expect(accepts(on, target)).toBe(true);
    }
    expect(met).toBeGreaterThan(2);
  });

  it('refuses a failover as RDS does', async () => {
    const { database, pass } = stage();
    const refused = { outcome: 'refused', conflict: true, retryable: true };
    expect(database.failover('db-9')).toEqual({
      outcome: 'refused',
      code: 'DBInstanceNotFound',
      conflict: false,
      retryable: false,
    });
    expect(database.failover('db-1')).toEqual({ ...refused, code: 'InvalidDBInstanceState' });
    database.failover('db-2');
    await pass(1000);
    expect(database.failover('db-3')).toEqual({ ...refused, code: 'InvalidDBClusterStateFault' });
    expect(database.describe()).toMatchObject({
      status: 'failing-over',
      members: [
        { id: 'db-1', isWriter: true, status: 'rebooting', az: 'us-east-1a', promotionTier: 0 },
        { id: 'db-2', isWriter: false, status: 'available' },
        { id: 'db-3', isWriter: false, status: 'available' },
      ],
    });
  });

  it('keeps the exclusion list of a custom endpoint', () => {
    const { database } = stage();
    expect([database.excludedMembers('readers'), database.excludedMembers('others')]).toEqual([[], null]);
    expect(database.setExcludedMembers('readers', ['db-2'])).toEqual({ outcome: 'accepted' });
    expect(database.excludedMembers('readers')).toEqual(['db-2']);
    expect(database.setExcludedMembers('others', [])).toMatchObject({
      code: 'DBClusterEndpointNotFoundFault',
    });
    expect(database.setExcludedMembers('readers', ['db-9'])).toMatchObject({ code: 'DBInstanceNotFound' });
    expect(database.excludedMembers('readers')).toEqual(['db-2']);
  });

  it('knows its members, and says so when it is asked for another', () => {
    const { database } = stage();
    expect(() => database.crash('db-9')).toThrow('member db-9: must be one of db-1, db-2, db-3');
    expect(() => stage({ members: [] })).toThrow('members: a cluster needs one at least');
  });
});
