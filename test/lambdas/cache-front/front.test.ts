import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FrontAnswer } from '../../../core/cache/front.ts';
import { ANSWER_BYTES_MAX, KEYS_MAX } from '../../../lambdas/cache-front/contract.ts';
import { CACHE_DEFAULTS } from '../../../runtime/cache/index.ts';
import { outcome } from '../../runtime/cache/simulated/stage.ts';
import { frontRig } from './rig.ts';

const TTL = { ttlMs: 60_000 };

function refusalOf(answer: FrontAnswer): { code: string; advice: string; message: string } {
  expect(answer.op).toBe('refused');
  return (answer as Extract<FrontAnswer, { op: 'refused' }>).error;
}

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

describe('what is asked', () => {
  const value = { json: 1 };
  it.each([
    ['no object', null, 'op'],
    ['nothing', {}, 'op'],
    ['an unknown question', { op: 'flush' }, 'op'],
    ['a name of every object', { op: 'constructor' }, 'op'],
    ['no key', { op: 'get' }, 'key'],
    ['an empty key', { op: 'get', key: '' }, 'key'],
    ['a key with a line break', { op: 'get', key: 'a\nb' }, 'key'],
    ['a key that is too long', { op: 'get', key: 'x'.repeat(1025) }, 'key'],
    ['a key of the wrong kind', { op: 'get', key: 7 }, 'key'],
    ['bytes that are no base64', { op: 'get', key: { base64: 'ab' } }, 'key'],
    ['empty bytes', { op: 'get', key: { base64: '' } }, 'key'],
    ['no keys', { op: 'mget', keys: [] }, 'keys'],
    [
      'too many keys',
      { op: 'delete', keys: Array.from({ length: KEYS_MAX + 1 }, (_, n) => `k${n}`) },
      'keys',
    ],
    ['one bad key of several', { op: 'mget', keys: ['a', ''] }, 'keys[1]'],
    ['a tenant that cannot be one', { op: 'get', tenant: 'a:b', key: 'k' }, 'tenant'],
    ['a tenant of the wrong kind', { op: 'get', tenant: { a: 1 }, key: 'k' }, 'tenant'],
    ['a value without its kind', { op: 'set', key: 'k', value: 7, ...TTL }, 'value'],
    ['a value of both kinds', { op: 'set', key: 'k', value: { json: 1, base64: '' }, ...TTL }, 'value'],
    ['no time to live', { op: 'set', key: 'k', value }, 'ttlMs'],
    ['a negative time to live', { op: 'set', key: 'k', value, ttlMs: -1 }, 'ttlMs'],
    ['a part of a ms', { op: 'set', key: 'k', value, ttlMs: 0.5 }, 'ttlMs'],
    ['a misspelt field', { op: 'set', key: 'k', value, ttl: 5, ttlMs: 5 }, 'ttl'],
    ['a field of another question', { op: 'get', key: 'k', ttlMs: 5 }, 'ttlMs'],
    ['no fill', { op: 'store', key: 'k', value, ...TTL }, 'fill'],
    ['a fill that is none', { op: 'store', key: 'k', value, ...TTL, fill: 'x' }, 'fill'],
    ['a fill without an end', { op: 'store', key: 'k', value, ...TTL, fill: 'F'.repeat(1000) }, 'fill'],
    [
      'a stale time that is none',
      { op: 'store', key: 'k', value, ...TTL, fill: 'x', staleMs: -5 },
      'staleMs',
    ],
    ['an unknown copy', { op: 'rows', cache: 'other' }, 'cache'],
    ['a shard that is no number', { op: 'readmit', cache: 'main', shard: '1' }, 'shard'],
    ['a shard beyond all', { op: 'readmit', cache: 'main', shard: 1e9 }, 'shard'],
    ['no epoch', { op: 'quarantine', cache: 'main', shard: 1 }, 'epoch'],
    ['a growth without its question', { op: 'growth', cache: 'main' }, 'ask.do'],
  ])('%s is refused, and names the field', async (_name, request, field) => {
    const rig = await frontRig();
    const refusal = refusalOf(await rig.call(request));
    expect(refusal).toMatchObject({ code: 'invalid-input', advice: 'give-up' });
    expect(refusal.message).toContain(`${field} = `);
  });

  it('whatever is asked, the answer is one of the answers (property)', async () => {
    const rig = await frontRig();
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          {
            op: fc.constantFrom(
              'get',
              'mget',
              'set',
              'delete',
              'ask',
              'store',
              'rows',
              'readmit',
              'quarantine',
              'growth',
              'x',
            ),
            tenant: fc.oneof(fc.constant('acme'), fc.jsonValue()),
            key: fc.oneof(fc.string(), fc.record({ base64: fc.base64String() }), fc.jsonValue()),
            keys: fc.oneof(fc.array(fc.string(), { maxLength: 3 }), fc.jsonValue()),
            value: fc.oneof(
              fc.record({ json: fc.jsonValue() }),
              fc.record({ base64: fc.base64String() }),
              fc.jsonValue(),
            ),
            ttlMs: fc.oneof(fc.integer({ min: -1, max: 1000 }), fc.jsonValue()),
            fill: fc.jsonValue(),
            cache: fc.oneof(fc.constantFrom('main', 'copy'), fc.jsonValue()),
            shard: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.jsonValue()),
            epoch: fc.oneof(fc.integer(), fc.jsonValue()),
            ask: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        async (request) => {
          const answer = await rig.call(request, 1500);
          if (answer.op !== 'refused') expect(answer.op).toBe(request.op);
          else expect(answer.error.code).toMatch(/^(invalid-input|unknown-shard|not-invalidated|deadline)$/);
        },
      ),
      { numRuns: 150 },
    );
  });
});
