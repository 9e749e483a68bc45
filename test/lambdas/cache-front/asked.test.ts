import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYS_MAX } from '../../../lambdas/cache-front/contract.ts';
import { frontRig, refusalOf } from './rig.ts';

const TTL = { ttlMs: 60_000 };

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
