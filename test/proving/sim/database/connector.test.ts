import { describe, expect, it } from 'vitest';
import { INSERT, type SimDatabase } from '../../../../proving/sim/database/index.ts';
import { countOf, failureOf, finds, stage, write } from './stage.ts';

const NODE = 'client:test-1';

describe('a connection of the simulated database', () => {
  it('writes on the writer, and readers show it a moment later', async () => {
    const { connect, settled, pass, database } = stage();
    const writer = await connect('db-1');
    const reader = await connect('db-2', NODE, 'read');
    await settled(write(writer, 'a'));
    expect([await settled(finds(writer, 'a')), await settled(finds(reader, 'a'))]).toEqual([true, false]);
    await pass(50);
    expect(await settled(finds(reader, 'a'))).toBe(true);
    expect(await settled(countOf(reader))).toBe(1);
    expect(database.view().commits).toMatchObject([{ id: 'a', memberId: 'db-1', acknowledged: true }]);
  });

  it('a write outside a transaction commits by itself; one that is rolled back does not', async () => {
    const { connect, settled, database } = stage();
    const writer = await connect('db-1');
    await settled(writer.query(INSERT, ['alone']));
    await settled(writer.query('begin'));
    await settled(writer.query(INSERT, ['undone']));
    expect(writer.reusable).toBe(false);
    await settled(writer.query('rollback'));
    expect(writer.reusable).toBe(true);
    expect(database.view().commits.map(({ id }) => id)).toEqual(['alone']);
  });

  it('a reader and a read-only session refuse writes with 25006, and the transaction is then lost', async () => {
    const { connect, settled } = stage();
    for (const connection of [await connect('db-2'), await connect('db-1', NODE, 'read')]) {
      await settled(connection.query('begin'));
      const refused = await settled(failureOf(connection.query(INSERT, ['x'])));
      expect(refused).toEqual({ kind: 'read-only', sqlState: '25006' });
      expect((await settled(failureOf(connection.query('select 1')))).sqlState).toBe('25P02');
      expect((await settled(connection.query('commit'))).command).toBe('ROLLBACK');
    }
  });

  it('F-01: a dead member refuses connections, and its open ones are lost', async () => {
    const { dial, connect, settled, database } = stage();
    const connection = await connect('db-2');
    let lost = 0;
    connection.onLost(() => (lost += 1));
    const asked = failureOf(connection.query('select 1'));
    database.crash('db-2');
    expect(await settled(asked)).toEqual({ kind: 'lost', sqlState: null });
    expect([lost, connection.reusable]).toEqual([1, false]);
    expect(await settled(failureOf(dial('db-2')))).toEqual({ kind: 'lost', sqlState: null });
  });

  it('F-02: a frozen member answers nothing until it is thawed, and then all in order', async () => {
    const { dial, connect, settled, pass, database, clock } = stage();
    const connection = await connect('db-1');
    database.freeze('db-1');
    const from = clock.now();
    const answer = connection.query('select 1').then(() => clock.now() - from);
    expect(await settled(failureOf(dial('db-1')))).toEqual({ kind: 'timed-out', sqlState: null });
    expect(clock.now() - from).toBe(1000);
    await pass(4000);
    database.thaw('db-1');
    expect(await settled(answer)).toBe(5000);
  });

  it('F-01: whoever waits for a frozen member hears when its process is killed', async () => {
    const { dial, connect, settled, database, clock } = stage();
    const connection = await connect('db-2');
    database.freeze('db-2');
    const asked = failureOf(connection.query('select 1'));
    const dialled = failureOf(dial('db-2'));
    clock.after(300, () => database.crash('db-2'));
    const from = clock.now();
    expect((await settled(asked)).kind).toBe('lost');
    expect((await settled(dialled)).kind).toBe('lost');
    expect(clock.now() - from).toBe(300);
  });

  it.each<[string, (database: SimDatabase) => void]>([
    ['F-01: the death of the process', (database) => database.crash('db-1')],
    ['F-07: a cut that ends', (database) => database.cut(NODE, 'db-1')],
  ])('a commit that meets %s on its way may be done, and is never acknowledged', async (_, breakIt) => {
    const stored = new Set<number>();
    for (let seed = 1; seed <= 20; seed += 1) {
      const { connect, settled, pass, database } = stage({ seed });
      const connection = await connect('db-1');
      await settled(connection.query('begin'));
      await settled(connection.query(INSERT, ['a']));
      const commit = failureOf(connection.query('commit'));
      await pass(0);
      breakIt(database);
      await pass(2000);
      connection.destroy();
      expect((await settled(commit)).kind).toBe('lost');
      database.mend(NODE, '*');
      await pass(2000);
      stored.add(database.timesStored('a'));
      expect(database.view().commits.filter(({ acknowledged }) => acknowledged)).toEqual([]);
    }
    expect(stored).toEqual(new Set([0, 1]));
  });

  it('F-07: a commit that a cut meets on its way may have got through, and nobody hears of it', async () => {
    const stored = new Set<number>();
    for (let seed = 1; seed <= 40; seed += 1) {
      const { connect, settled, pass, database } = stage({ seed });
      const connection = await connect('db-1');
      await settled(connection.query('begin'));
      await settled(connection.query(INSERT, ['a']));
      let heard = false;
      connection.query('commit').then(
        () => (heard = true),
        () => (heard = true),
      );
      await pass(1);
      if (heard) continue;
      database.cut(NODE, 'db-1');
      await pass(60_000);
      expect(heard).toBe(false);
      stored.add(database.timesStored('a'));
    }
    expect(stored).toEqual(new Set([0, 1]));
  });

  it('F-03: a slow member takes that much longer', async () => {
    const { connect, settled, database, clock } = stage();
    const connection = await connect('db-2');
    database.slow('db-2', 400);
    const from = clock.now();
    await settled(connection.query('select 1'));
    expect(clock.now() - from).toBeGreaterThanOrEqual(400);
    expect(clock.now() - from).toBeLessThan(410);
    database.slow('db-2', null);
    const healed = clock.now();
    await settled(connection.query('select 1'));
    expect(clock.now() - healed).toBeLessThan(10);
  });

  it('F-04: with a stalled disk reads go on and a commit waits', async () => {
    const { connect, settled, pass, database, clock } = stage();
    const [writing, reading] = [await connect('db-1'), await connect('db-1')];
    database.stallCommits('db-1', true);
    const from = clock.now();
    const written = write(writing, 'a').then(() => clock.now() - from);
    await settled(reading.query('select 1'));
    await pass(3000);
    expect(database.view().commits).toEqual([]);
    database.stallCommits('db-1', false);
    expect(await settled(written)).toBeGreaterThanOrEqual(3000);
  });

  it('F-07: a cut drops what one node sends to one member, and mending lets it through', async () => {
    const { dial, connect, settled, pass, database } = stage();
    const connection = await connect('db-1');
    database.cut(NODE, 'db-1');
    let answered = false;
    const asked = connection.query('select 1').then(() => (answered = true));
    expect((await settled(failureOf(dial('db-1')))).kind).toBe('timed-out');
    expect((await settled((await connect('db-1', 'client:test-2')).query('select 1'))).rowCount).toBe(1);
    expect((await settled((await connect('db-2')).query('select 1'))).rowCount).toBe(1);
    await pass(2000);
    expect(answered).toBe(false);
    database.mend(NODE, '*');
    await settled(asked, 1000);
  });

  it('a cut counts only when a message meets it', async () => {
    const { connect, dial, settled, database, dropped } = stage();
    await connect('db-1');
    database.cut(NODE, '*');
    expect(dropped).toEqual([]);
    await settled(failureOf(dial('db-2')));
    expect(dropped).toEqual([`${NODE} db-2`]);
  });

  it('over a cut nobody hears that the process died', async () => {
    const { connect, settled, pass, database } = stage();
    const connection = await connect('db-1');
    let lost = false;
    connection.onLost(() => (lost = true));
    database.cut(NODE, '*');
    database.crash('db-1');
    await pass(1000);
    expect(lost).toBe(false);
    database.mend(NODE, '*');
    expect((await settled(failureOf(connection.query('select 1')))).kind).toBe('lost');
  });
});
