import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatShards, parseShards } from '../../../core/cache/shards-text.ts';

const ONE = 'demo-cache-0=master.demo-cache-0.abc.use1.cache.amazonaws.com:6379';

function refusal(text: string): string {
  try {
    parseShards(text, 'UNDERSTUDY_CACHE_SHARDS');
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
}

describe('the text of the shards', () => {
  it('gives id, host and port of each shard, in their order', () => {
    expect(parseShards(`${ONE},demo-cache-1=second.example:7000`)).toEqual([
      { id: 'demo-cache-0', host: 'master.demo-cache-0.abc.use1.cache.amazonaws.com', port: 6379 },
      { id: 'demo-cache-1', host: 'second.example', port: 7000 },
    ]);
  });

  it('gives back what was formatted', () => {
    const endpoint = fc.record({
      host: fc.domain(),
      port: fc.integer({ min: 1, max: 65_535 }),
    });
    const distinct = fc.uniqueArray(endpoint, {
      minLength: 1,
      maxLength: 20,
      selector: ({ host, port }) => `${host}:${port}`,
    });
    fc.assert(
      fc.property(distinct, (some) => {
        const endpoints = some.map((one, n) => ({ id: `a-copy-${n}`, ...one }));
        expect(parseShards(formatShards(endpoints))).toEqual(endpoints);
      }),
    );
  });

  it.each([
    ['', 'must name 1 to 1024 shards'],
    ['demo-cache-0', 'must be <group id>=<host>:<port>'],
    ['demo-cache-0=host', 'must be <group id>=<host>:<port>'],
    ['Demo-cache-0=host:1', 'a group id has'],
    ['demo--0=host:1', 'a group id has'],
    ['demo=host:1', 'a group id has'],
    ['demo-cache-0=:1', 'must have a host name'],
    ['demo-cache-0=ho st:1', 'must have a host name'],
    ['demo-cache-0=host:0', 'must have a port'],
    ['demo-cache-0=host:65536', 'must have a port'],
    ['demo-cache-0=host:', 'must have a port'],
    [`${ONE},`, 'must be <group id>=<host>:<port>'],
    ['demo-cache-1=host:1', "its id must end in '-0'"],
    [`${ONE},demo-cache-0=other:1`, "its id must end in '-1'"],
    ['demo-cache-10=host:1', "its id must end in '-0'"],
    ['a-0=host:1,a-1=HOST:1', 'an address of its own'],
  ])('refuses %j', (text, rule) => {
    expect(refusal(text)).toContain(rule);
    expect(refusal(text)).toContain('UNDERSTUDY_CACHE_SHARDS');
  });

  it('names every fault, not just the first', () => {
    expect(refusal('x-0=:1,x-2=host:1')).toMatch(/\[0\][^]*\[1\]/);
  });
});
