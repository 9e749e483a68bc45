import { describe, expect, it } from 'vitest';
import { ANSWER_BYTES_MAX } from '../../../lambdas/cache-front/contract.ts';
import { CACHE_DEFAULTS } from '../../../runtime/cache/index.ts';
import { outcome } from '../../runtime/cache/simulated/stage.ts';
import { frontRig, refusalOf } from './rig.ts';

const TTL = { ttlMs: 60_000 };

describe('cache-front', () => {
  it('sets, gets and deletes as the applications do, JSON and bytes, text keys and others', async () => {
    const rig = await frontRig();
    const bytes = { base64: Buffer.from([0, 255, 10]).toString('base64') };
    expect(await rig.call({ op: 'set', key: 'a', value: { json: { price: 7 } }, ...TTL })).toEqual({
      op: 'set',
      stored: true,
    });
    expect(await rig.call({ op: 'set', key: bytes, value: bytes, ...TTL })).toEqual({
      op: 'set',
      stored: true,
    });
    expect(await rig.call({ op: 'get', key: 'a' })).toEqual({ op: 'get', value: { json: { price: 7 } } });
    expect(await rig.call({ op: 'get', key: bytes })).toEqual({ op: 'get', value: bytes });
    expect(await rig.call({ op: 'mget', keys: ['a', 'missing', bytes] })).toEqual({
      op: 'mget',
      values: [{ json: { price: 7 } }, null, bytes],
    });
    expect(await rig.call({ op: 'delete', keys: ['a', bytes] })).toEqual({ op: 'delete' });
    expect(await rig.call({ op: 'get', key: 'a' })).toEqual({ op: 'get' });
    expect(rig.opened()).toBe(1);
  });

  it('null is a value, and a miss is none', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'set', key: 'a', value: { json: null }, ...TTL });
    expect(await rig.call({ op: 'get', key: 'a' })).toEqual({ op: 'get', value: { json: null } });
    expect(await rig.call({ op: 'mget', keys: ['a', 'b'] })).toEqual({
      op: 'mget',
      values: [{ json: null }, null],
    });
  });

  it('sees what an application has cached, and the other way round; tenants are apart', async () => {
    const rig = await frontRig();
    await outcome(rig.clock, rig.application.tenant('acme').set('k', 'theirs', TTL));
    expect(await rig.call({ op: 'get', key: 'k' })).toEqual({ op: 'get' });
    expect(await rig.call({ op: 'get', tenant: 'acme', key: 'k' })).toEqual({
      op: 'get',
      value: { json: 'theirs' },
    });
    await rig.call({ op: 'delete', tenant: 'acme', keys: ['k'] });
    expect((await outcome(rig.clock, rig.application.tenant('acme').get('k'))).value).toBeUndefined();
  });

  it('lends a fill to a loader behind it, once, and keeps what that has loaded', async () => {
    const rig = await frontRig();
    const lent = await rig.call({ op: 'ask', key: 'k' });
    expect(lent).toMatchObject({ op: 'ask', found: 'nothing', fill: expect.any(String) });
    expect(await rig.call({ op: 'ask', key: 'k' })).toEqual({ op: 'ask', found: 'busy' });
    const { fill } = lent as { fill: string };
    expect(await rig.call({ op: 'store', key: 'k', fill, value: { json: 7 }, ...TTL })).toEqual({
      op: 'store',
      stored: true,
    });
    expect(await rig.call({ op: 'ask', key: 'k' })).toEqual({
      op: 'ask',
      found: 'value',
      value: { json: 7 },
    });
    expect((await outcome(rig.clock, rig.application.get('k'))).value).toBe(7);
  });

  it('I-22: a fill that began before an invalidation is never stored after it', async () => {
    const rig = await frontRig();
    const { fill } = (await rig.call({ op: 'ask', key: 'k' })) as { fill: string };
    await outcome(rig.clock, rig.application.delete('k'));
    expect(await rig.call({ op: 'store', key: 'k', fill, value: { json: 'old' }, ...TTL })).toEqual({
      op: 'store',
      stored: false,
    });
  });

  it('a shard that is away is a miss, and lends nothing', async () => {
    const rig = await frontRig({ shards: 1 });
    rig.servers.kill(0);
    await rig.clock.advance(1000);
    expect(await rig.call({ op: 'get', key: 'k' })).toEqual({ op: 'get' });
    expect(await rig.call({ op: 'ask', key: 'k' })).toEqual({ op: 'ask', found: 'nothing', fill: null });
  });

  it('I-22: frozen between two calls, with its clock: it serves no hit under the lease of before', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'set', key: 'k', value: { json: 'old' }, ...TTL });
    rig.tables.isAway = true;
    expect(await rig.call({ op: 'get', key: 'k' })).toEqual({ op: 'get' });
    rig.tables.isAway = false;
    expect(await rig.call({ op: 'get', key: 'k' })).toEqual({ op: 'get', value: { json: 'old' } });
  });

  it('F-02: frozen between two calls it holds no lease, and no closing of a shard waits for it', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'set', key: 'k', value: { json: 'old' }, ...TTL });
    expect(rig.tables.ledger.holders).toHaveLength(1);
    expect((await outcome(rig.clock, rig.own.get('k'))).value).toBeUndefined();
    for (const shard of [0, 1]) rig.servers.cut('b', shard);
    const { ms } = await outcome(rig.clock, rig.application.delete('k'));
    expect(ms).toBeLessThan(CACHE_DEFAULTS.deliveryMs + CACHE_DEFAULTS.leases.renewMs + 200);
    expect(await rig.call({ op: 'get', key: 'k' })).toEqual({ op: 'get' });
  });

  it('F-02: whoever asks for the rows alone opens no cache, which would hold leases', async () => {
    const rig = await frontRig();
    expect((await rig.call({ op: 'rows', cache: 'main' })).op).toBe('rows');
    expect([rig.opened(), rig.cachesOpened()]).toEqual([1, 0]);
  });

  it('a deletion that is not acknowledged is refused: repeat it', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'get', key: 'k' });
    rig.tables.isAway = true;
    const refusal = refusalOf(await rig.call({ op: 'delete', keys: ['k'] }));
    expect(refusal).toMatchObject({ code: 'not-invalidated', advice: 'retry' });
  });

  it('answers before its time is over, and says that nobody knows', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'get', key: 'k' });
    rig.tables.isAway = true;
    const refusal = refusalOf(await rig.call({ op: 'delete', keys: ['k'] }, 1500));
    expect(refusal).toMatchObject({ code: 'deadline', advice: 'check' });
  });

  it('an answer that Lambda would not take is refused by name', async () => {
    const rig = await frontRig();
    const big = 'x'.repeat(ANSWER_BYTES_MAX / 2);
    for (const key of ['a', 'b']) await outcome(rig.clock, rig.application.set(key, big, TTL));
    expect((await rig.call({ op: 'mget', keys: ['a'] })).op).toBe('mget');
    const refusal = refusalOf(await rig.call({ op: 'mget', keys: ['a', 'b'] }));
    expect(refusal).toMatchObject({ code: 'answer-too-large', advice: 'give-up' });
    expect(refusal.message).toContain('ask for fewer keys');
  });

  it('what nobody has thrown on purpose fails the function', async () => {
    const rig = await frontRig();
    await rig.call({ op: 'get', key: 'k' });
    rig.own.get = () => Promise.reject(new TypeError('a bug'));
    await expect(rig.call({ op: 'get', key: 'k' })).rejects.toThrow('a bug');
  });
});

describe('the rows of the shards', () => {
  it('are told', async () => {
    const rig = await frontRig();
    const rows = rig.tables.ledger.rows.map(({ shard, epoch, state }) => ({ shard, epoch, state }));
    expect(rows.map(({ state }) => state)).toEqual(['serving', 'serving']);
    expect(await rig.call({ op: 'rows', cache: 'main' })).toEqual({ op: 'rows', rows });
  });

  it('a quarantine closes the shard at its epoch, and a late one does nothing', async () => {
    const rig = await frontRig();
    const { epoch } = rig.tables.ledger.rows[1]!;
    const closed = await rig.call({ op: 'quarantine', cache: 'main', shard: 1, epoch });
    expect(closed).toEqual({ op: 'quarantine', row: { shard: 1, epoch: epoch + 1, state: 'closing' } });
    await rig.clock.advance(15_000);
    const late = await rig.call({ op: 'quarantine', cache: 'main', shard: 1, epoch });
    expect(late).toMatchObject({ row: { shard: 1, state: 'serving' } });
  });

  it('a readmission keeps the function awake until the shard serves', async () => {
    const rig = await frontRig({ clients: 1 });
    await rig.call({ op: 'get', key: 'k' });
    const { epoch } = rig.tables.ledger.rows[0]!;
    await rig.call({ op: 'quarantine', cache: 'main', shard: 0, epoch });
    const answer = await rig.call({ op: 'readmit', cache: 'main', shard: 0 });
    expect(answer).toMatchObject({ op: 'readmit', row: { shard: 0, state: 'serving' } });
  });

  it('one that comes to nothing ends in time, and says how far it came', async () => {
    const rig = await frontRig({ shards: 1 });
    await rig.call({ op: 'get', key: 'k' });
    rig.servers.kill(0);
    const { epoch } = rig.tables.ledger.rows[0]!;
    await rig.call({ op: 'quarantine', cache: 'main', shard: 0, epoch });
    const before = rig.clock.now();
    const answer = await rig.call({ op: 'readmit', cache: 'main', shard: 0 });
    expect(answer).toMatchObject({ op: 'readmit', row: { shard: 0, state: 'closed' } });
    expect(rig.clock.now() - before).toBeLessThanOrEqual(10_000);
  });

  it('hands on what an operator asks to double the shards', async () => {
    const rig = await frontRig();
    const ask = { do: 'add-shards', count: 4 };
    expect(await rig.call({ op: 'growth', cache: 'main', ask })).toEqual({
      op: 'growth',
      answer: { do: 'add-shards' },
    });
    expect(rig.asked).toEqual([ask]);
  });

  it.each([
    ['a copy that is not there', { op: 'rows', cache: 'gutter' }, 'unknown-shard'],
    ['a shard that is not there', { op: 'quarantine', cache: 'main', shard: 7, epoch: 1 }, 'unknown-shard'],
    ['a shard that is not there', { op: 'readmit', cache: 'main', shard: 7 }, 'unknown-shard'],
  ])('%s is refused', async (_name, request, code) => {
    const rig = await frontRig();
    expect(refusalOf(await rig.call(request))).toMatchObject({ code, advice: 'give-up' });
  });
});
