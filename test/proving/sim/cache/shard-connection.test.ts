import { describe, expect, it } from 'vitest';
import { fateOf, ROUTE, shardStage } from './stage.ts';

const MARK = Uint8Array.of(70);
const VALUE = Uint8Array.of(86, 1);

describe('a connection to a shard', () => {
  it('has the words of the port, each atomic', async () => {
    const { connected, pass } = shardStage();
    const connection = await connected();
    const said = async <T>(work: Promise<T>): Promise<T> => {
      await pass(10);
      return work;
    };
    expect(await said(connection.get('k'))).toBeNull();
    expect(await said(connection.ask('k', MARK, 1000))).toBeNull();
    expect(await said(connection.ask('k', Uint8Array.of(71), 1000))).toEqual(MARK);
    expect(await said(connection.exchange('k', Uint8Array.of(9), VALUE, 1000))).toBe(false);
    expect(await said(connection.exchange('k', MARK, VALUE, 1000))).toBe(true);
    expect(await said(connection.restamp('k', Uint8Array.of(86), Uint8Array.of(82)))).toBe(true);
    expect(await said(connection.getMany(['k', 'other']))).toEqual([Uint8Array.of(82, 1), null]);
    await said(connection.delete(['k']));
    expect(await said(connection.get('k'))).toBeNull();
    await said(connection.put('k', VALUE, 1000));
    await said(connection.flush());
    expect(await said(connection.get('k'))).toBeNull();
  });

  it('F-02: what reached a server that hung is executed when it goes on, whoever has gone', async () => {
    const { connected, shards, pass, executed } = shardStage();
    const connection = await connected();
    const { store } = shards.at(0);
    store.write('k', VALUE, 100_000);
    shards.at(0).hang();
    const deletion = fateOf(connection.delete(['k']));
    await pass(100);
    expect(deletion).toEqual({});
    connection.destroy();
    await pass(10);
    expect(deletion.error?.message).toBe('the connection was lost');
    expect(store.read('k')).toEqual(VALUE);
    shards.at(0).goOn();
    expect(store.read('k')).toBeNull();
    expect(executed.map(({ name, isOrphan }) => `${name} ${isOrphan}`)).toEqual(['delete true']);
  });

  it('F-07: a command is executed although its reply meets a cut', async () => {
    const { connected, network, shards, pass, dropped } = shardStage();
    const connection = await connected();
    shards.at(0).store.write('k', VALUE, 100_000);
    network.setCut(ROUTE, new Set(['replies']));
    const deletion = fateOf(connection.delete(['k']));
    await pass(1000);
    expect(deletion).toEqual({});
    expect(shards.at(0).store.read('k')).toBeNull();
    expect(dropped).toEqual(['0 0']);
    network.setCut(ROUTE, new Set());
    await pass(1000);
    expect('value' in deletion).toBe(true);
  });

  it('F-07: what meets a cut arrives after it in the order of sending, or never', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { connected, network, executed, pass } = shardStage(seed);
      const connection = await connected();
      network.setCut(ROUTE, new Set(['requests']));
      void connection.put('k', VALUE, 1000);
      await pass(50);
      network.setCut(ROUTE, new Set());
      void connection.delete(['k']);
      void connection.get('k');
      await pass(2000);
      expect(executed.map(({ name }) => name)).toEqual(['put', 'delete', 'get']);
    }
  });

  it('F-01: is lost with its server, and the next process under the name is another one', async () => {
    const { connected, shards, pass } = shardStage();
    const connection = await connected();
    let lost = 0;
    connection.onLost(() => {
      lost += 1;
    });
    const reading = fateOf(connection.get('k'));
    shards.kill(0);
    await pass(10);
    expect([lost, reading.error?.message]).toEqual([1, 'the connection was lost']);
    shards.restart(0, 'empty');
    expect((await connected()).incarnation).not.toBe(connection.incarnation);
  });

  it('F-01: nobody connects to a dead server, and it says so', async () => {
    const { connector, shards, pass } = shardStage();
    shards.kill(0);
    const connecting = fateOf(connector.connect(0, { timeoutMs: 1000 }));
    await pass(10);
    expect(connecting.error?.message).toBe('refused');
  });

  it('F-02: a server that hangs lets nobody in, until the time for it is over', async () => {
    const { connector, shards, pass } = shardStage();
    shards.at(0).hang();
    const connecting = fateOf(connector.connect(0, { timeoutMs: 1000 }));
    await pass(999);
    expect(connecting).toEqual({});
    await pass(2);
    expect(connecting.error?.message).toBe('no connection in time');
  });

  it('F-41: the process of before answers those who have it, the other one those who come', async () => {
    const { connected, shards, pass } = shardStage();
    const before = await connected();
    shards.at(0).store.write('k', VALUE, 100_000);
    shards.takeOver(0, 'empty');
    const after = await connected();
    const [old, fresh] = [fateOf(before.get('k')), fateOf(after.get('k'))];
    await pass(10);
    expect([old.value, fresh.value]).toEqual([VALUE, null]);
    shards.endTakeOver(0, true);
    expect(shards.at(0).incarnation).toBe(before.incarnation);
    await pass(10);
    expect(fateOf(after.get('k'))).toEqual({});
  });

  it('F-11: a packet that was lost comes late, and once', async () => {
    const { connected, network, executed, dropped, pass } = shardStage();
    const connection = await connected();
    network.lossShare = 0.99;
    const reading = fateOf(connection.get('k'));
    await pass(150);
    expect(reading).toEqual({});
    network.lossShare = 0;
    await pass(200_000);
    expect(reading).toEqual({ value: null });
    expect(executed).toHaveLength(1);
    expect(dropped.length).toBeGreaterThan(0);
  });

  it('tells a process that stands still when it goes on, and one that is dead never', async () => {
    const { connected, owner, pass } = shardStage();
    const connection = await connected();
    owner.freeze();
    const reading = fateOf(connection.get('k'));
    await pass(1000);
    expect(reading).toEqual({});
    owner.thaw();
    await pass(0);
    expect(reading).toEqual({ value: null });
    owner.kill();
    const never = fateOf(connection.get('k'));
    await pass(1000);
    expect(never).toEqual({});
  });
});
