import { describe, expect, it } from 'vitest';
import type { ProbeRequest } from '../../../../core/ports/index.ts';
import { stage, type StageOptions } from './stage.ts';

const NODE = 'prober:us-east-1a';

function setUp(options: StageOptions = {}) {
  const on = stage(options);
  const probe = on.database.probe(NODE);
  const look = (id: string, request: Partial<ProbeRequest> = {}) =>
    on.settled(
      probe.probe(
        on.database.members.find((member) => member.id === id)!,
        {
          timeoutMs: 1000,
          expectWriter: false,
          freshLogin: false,
          ...request,
        },
      ),
    );
  return { ...on, probe, look };
}

describe('the simulated probe of a member', () => {
  it('hears a member out and writes a heartbeat on the writer alone', async () => {
    const { look, database, clock } = setUp();
    const at = clock.now();
    const { sample, status } = await look('db-1');
    expect(sample).toEqual({
      memberId: 'db-1',
      at,
      reach: 'ok',
      sqlState: null,
      role: 'writer',
      lagMs: null,
      latencyMs: clock.now() - at,
      write: 'ok',
    });
    expect(status).toEqual([
      { memberId: 'db-1', isWriter: true, lagMs: null },
      { memberId: 'db-2', isWriter: false, lagMs: 0 },
      { memberId: 'db-3', isWriter: false, lagMs: 0 },
    ]);
    expect((await look('db-2')).sample).toMatchObject({ reach: 'ok', role: 'reader', write: null });
    expect(database.view().commits).toMatchObject([{ id: `${NODE} beat 1`, acknowledged: true }]);
  });

  it('F-02: a frozen member is a time-out and takes no longer, and says nothing once it is awake', async () => {
    const { look, database, pass, clock } = setUp();
    await look('db-1');
    database.freeze('db-1');
    const from = clock.now();
    const { sample, status } = await look('db-1');
    expect(sample).toMatchObject({ reach: 'timeout', role: null, write: null, latencyMs: null });
    expect([status, clock.now() - from]).toEqual([[], 1000]);
    expect((await look('db-1')).sample).toMatchObject({ reach: 'timeout' });
    database.thaw('db-1');
    await pass(1000);
    database.setLoad('db-1', '53300');
    // The connection of before is not trusted any more.
    expect((await look('db-1')).sample).toMatchObject({ reach: 'load' });
    database.setLoad('db-1', null);
    expect((await look('db-1')).sample).toMatchObject({ reach: 'ok', write: 'ok' });
  });

  it('F-01: a dead member refuses, and one that was restarted is well on a new connection', async () => {
    const { look, database, pass } = setUp();
    await look('db-2');
    database.crash('db-2');
    expect((await look('db-2')).sample).toMatchObject({ reach: 'refused', latencyMs: null });
    await pass(120_000);
    expect((await look('db-2')).sample).toMatchObject({ reach: 'ok', role: 'reader' });
  });

  it('F-06: a prober that is cut off sees nobody, while another sees all', async () => {
    const { look, database, settled } = setUp();
    database.cut(NODE, '*');
    for (const { id } of database.members) expect((await look(id)).sample.reach).toBe('timeout');
    const other = database.probe('prober:us-east-1b');
    const request = { timeoutMs: 1000, expectWriter: false, freshLogin: false };
    expect((await settled(other.probe(database.members[0]!, request))).sample.reach).toBe('ok');
    database.mend(NODE, '*');
    expect((await look('db-1')).sample.reach).toBe('ok');
  });

  it('F-04: a stalled disk is a write that timed out on a member that was reached', async () => {
    const { look, database } = setUp();
    database.stallCommits('db-1', true);
    expect((await look('db-1')).sample).toMatchObject({ reach: 'ok', role: 'writer', write: 'timeout' });
    database.stallCommits('db-1', false);
    expect((await look('db-1')).sample).toMatchObject({ reach: 'ok', write: 'ok' });
  });

  it('F-35: load is load', async () => {
    const { look, database } = setUp();
    database.setLoad('db-1', '53300');
    expect((await look('db-1')).sample).toMatchObject({ reach: 'load', sqlState: '53300', role: null });
    for (const state of ['55P03', '57014'] as const) {
      database.setLoad('db-1', state);
      expect((await look('db-1')).sample).toMatchObject({ reach: 'ok', write: 'load', sqlState: state });
    }
  });

  it('F-03: a slow member shows in the latency', async () => {
    const { look, database } = setUp();
    database.slow('db-2', 200);
    expect((await look('db-2')).sample.latencyMs).toBeGreaterThanOrEqual(600);
    expect((await look('db-2')).sample.latencyMs).toBeLessThan(250);
  });

  it('F-32: the writer tells how far a reader lags', async () => {
    const { look, database, pass } = setUp();
    database.pauseReplay('db-2', true);
    await look('db-1');
    await pass(7000);
    const { status } = await look('db-1');
    expect(status.find(({ memberId }) => memberId === 'db-2')!.lagMs).toBeGreaterThanOrEqual(7000);
  });

  it('a former writer refuses the heartbeat', async () => {
    const { look, database, pass } = setUp();
    database.failover('db-2');
    await pass(120_000);
    expect((await look('db-1', { expectWriter: true })).sample).toMatchObject({
      reach: 'ok',
      role: 'reader',
      write: 'read-only',
      sqlState: '25006',
    });
    expect((await look('db-2')).sample).toMatchObject({ role: 'writer', write: 'ok' });
    database.setLoad('db-1', '53300');
    expect((await look('db-1')).sample.reach).toBe('load');
  });

  it('keeps a connection, and makes a new login when asked to', async () => {
    const { look, database, probe } = setUp();
    await look('db-1');
    database.setLoad('db-1', '53300');
    expect((await look('db-1')).sample.reach).toBe('ok');
    expect((await look('db-1', { freshLogin: true })).sample.reach).toBe('load');
    database.setLoad('db-1', null);
    await look('db-1');
    await probe.close();
    database.setLoad('db-1', '53300');
    expect((await look('db-1')).sample.reach).toBe('load');
  });
});
