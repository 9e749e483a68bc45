import { describe, expect, it } from 'vitest';
import { INSERT } from '../../../../proving/sim/database/index.ts';
import { failureOf, finds, stage, write } from './stage.ts';

const NODE = 'client:test-1';

describe('what a connection of the simulated database may meet besides', () => {
  it('F-35: connections, locks and statements are refused with the state of load', async () => {
    const { dial, connect, settled, database } = stage();
    const connection = await connect('db-1');
    database.setLoad('db-1', '53300');
    expect(await settled(failureOf(dial('db-1')))).toEqual({ kind: 'load', sqlState: '53300' });
    await settled(write(connection, 'a'));
    database.setLoad('db-1', '55P03');
    expect(await settled(failureOf(connection.query(INSERT, ['b'])))).toEqual({
      kind: 'load',
      sqlState: '55P03',
    });
    expect(await settled(finds(connection, 'a'))).toBe(true);
    database.setLoad('db-1', '57014');
    expect((await settled(failureOf(finds(connection, 'a')))).sqlState).toBe('57014');
    database.setLoad('db-1', null);
    await settled(write(connection, 'b'));
  });

  it('F-16: an answer that is lost after the commit leaves the write stored and the connection gone', async () => {
    const { connect, settled, database } = stage();
    const connection = await connect('db-1');
    database.loseAnswers('db-1', 1);
    expect((await settled(failureOf(write(connection, 'a')))).kind).toBe('lost');
    expect(database.view().commits).toMatchObject([{ id: 'a', acknowledged: false }]);
    expect(database.timesStored('a')).toBe(1);
    await settled(write(await connect('db-1'), 'b'));
    expect(database.view().commits.at(-1)).toMatchObject({ id: 'b', acknowledged: true });
  });

  it('a commit that nobody waits for any more may be done all the same, and is never acknowledged', async () => {
    const stored = new Set<number>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const { connect, settled, pass, database } = stage({ seed });
      const connection = await connect('db-1');
      await settled(connection.query('begin'));
      await settled(connection.query(INSERT, ['a']));
      database.freeze('db-1');
      const commit = failureOf(connection.query('commit'));
      await pass(2000);
      connection.destroy();
      expect((await settled(commit)).kind).toBe('lost');
      database.thaw('db-1');
      await pass(1000);
      stored.add(database.timesStored('a'));
      expect(database.view().commits.filter(({ acknowledged }) => acknowledged)).toEqual([]);
    }
    expect(stored).toEqual(new Set([0, 1]));
  });

  it('F-32: a reader that does not replay stays where it was, and its lag grows', async () => {
    const { connect, settled, pass, database, engine } = stage();
    const writer = await connect('db-1');
    await settled(write(writer, 'a'));
    await pass(100);
    database.pauseReplay('db-2', true);
    await settled(write(writer, 'b'));
    await pass(5000);
    expect([engine('db-2').position, engine('db-3').position]).toEqual([1, 2]);
    const view = await settled(database.topology.view(writer));
    const lagOf = (id: string) => view.members.find((member) => member.id === id)!.lagMs;
    expect(lagOf('db-2')).toBeGreaterThanOrEqual(4990);
    expect(lagOf('db-3')).toBe(0);
    database.pauseReplay('db-2', false);
    await pass(1000);
    expect(engine('db-2').position).toBe(2);
  });

  it('F-02, F-32: a frozen reader replays nothing, and one that is thawed no more than it is allowed to', async () => {
    const { connect, settled, pass, database, engine } = stage();
    database.freeze('db-2');
    await settled(write(await connect('db-1'), 'a'));
    await pass(1000);
    expect(engine('db-2').position).toBe(0);
    database.pauseReplay('db-2', true);
    database.thaw('db-2');
    await pass(1000);
    expect(engine('db-2').position).toBe(0);
    database.pauseReplay('db-2', false);
    await pass(1000);
    expect(engine('db-2').position).toBe(1);
  });

  it('names nobody has made lead nowhere, and an endpoint is asked for again after its TTL', async () => {
    const { settled, database, pass } = stage();
    const connector = database.connector(NODE);
    const ask = async (host: string): Promise<string> => {
      const options = { purpose: 'monitor', timeoutMs: 1000 } as const;
      const connection = await settled(connector.connect({ id: 'endpoint', host }, options));
      return (await settled(database.topology.view(connection))).self;
    };
    await expect(ask('elsewhere.example')).rejects.toMatchObject({ kind: 'lost' });
    const [cluster, reader] = database.topology.seeds;
    expect(await ask(cluster!.host)).toBe('db-1');
    expect(['db-2', 'db-3']).toContain(await ask(reader!.host));
    database.failover('db-3');
    await pass(25_000);
    expect(await ask(cluster!.host)).toBe('db-3');
  });

  it('F-12: a node that keeps its names goes to the member of before', async () => {
    const { settled, database, pass } = stage();
    const [cluster] = database.topology.seeds;
    const ask = async (node: string): Promise<string> => {
      const options = { purpose: 'monitor', timeoutMs: 1000 } as const;
      const connection = await settled(database.connector(node).connect(cluster!, options));
      return (await settled(database.topology.view(connection))).self;
    };
    expect([await ask('client:old-1'), await ask('client:new-1')]).toEqual(['db-1', 'db-1']);
    database.keepNames('client:old-1', true);
    database.failover('db-2');
    await pass(60_000);
    expect([await ask('client:old-1'), await ask('client:new-1')]).toEqual(['db-1', 'db-2']);
    database.keepNames('client:old-1', false);
    expect(await ask('client:old-1')).toBe('db-2');
  });
});
