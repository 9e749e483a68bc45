import { describe, expect, it } from 'vitest';
import { keysStayWhereTheyAre, shardsComeBack } from '../../../../proving/sim/checks/cache-shards.ts';
import { CONVERGE_MS } from '../../../../proving/sim/run-options.ts';
import { command, process, sayOf, type CacheChange } from './cache.ts';
import { NOW } from './view.ts';

describe('I-20: keys stay where they are', () => {
  it('holds while a key is asked for on one shard', () => {
    const checker = keysStayWhereTheyAre();
    expect(sayOf(checker, [command(0, ['a']), command(1, ['b']), command(0, ['a', 'c'])])).toBeNull();
    expect(checker.checked).toBe(4);
  });

  it('breaks when a command for it goes to another one', () => {
    const events = [command(0, ['a']), command(1, ['b', 'a'], { command: 'getMany' })];
    expect(sayOf(keysStayWhereTheyAre(), events)).toBe('a getMany of a, a key of shard 0, went to shard 1');
  });
});

describe('shard-return: shards come back', () => {
  const say = (cache: CacheChange, laterMs = CONVERGE_MS) =>
    sayOf(shardsComeBack(), [], { cache, quietSince: NOW - laterMs, now: NOW });

  it('holds when every shard serves, to every process', () => {
    const checker = shardsComeBack();
    expect(sayOf(checker, [], { quietSince: NOW - CONVERGE_MS })).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('waits for as long as everything may take to come back', () => {
    const shards = [
      { state: 'serving', epoch: 1 },
      { state: 'closed', epoch: 4 },
    ];
    expect(say({ shards }, CONVERGE_MS - 1)).toBeNull();
    expect(say({ shards })).toBe('shard 1 is closed, 180 s later');
  });

  it('breaks when one process serves nothing, or is not there', () => {
    expect(say({ processes: [process(), process({ process: '2-1', servesAll: false })] })).toBe(
      'process 2-1 does not serve every shard, 180 s later',
    );
    expect(say({ processes: [process()] })).toBe('a process has not come back');
  });
});
