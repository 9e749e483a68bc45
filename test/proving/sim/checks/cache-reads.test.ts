import { describe, expect, it } from 'vitest';
import { readsAreBounded } from '../../../../proving/sim/checks/cache-reads.ts';
import { command, load, process, read, sayOf, type CacheChange, type PlainEvent } from './cache.ts';
import { fault } from './service.ts';
import { NOW } from './view.ts';

const say = (events: readonly PlainEvent[], cache: CacheChange = {}) =>
  sayOf(readsAreBounded(), events, { cache });
const TWICE = [load('load-began', 'k', 0), load('load-began', 'k', 1)];

describe('I-21: reads are bounded', () => {
  const after = (ms: number, change: object) => [read('k', 0, null, { startedAt: NOW - ms, ...change })];

  it('holds for a miss within the time of one try', () => {
    expect(say(after(102, { how: 'get' }))).toBeNull();
  });

  it('breaks for a miss that took longer, unless the process stood still', () => {
    expect(say(after(103, { how: 'get' }))).toBe('get of k took 103 ms, more than 102 ms');
    expect(say(after(103, { how: 'mget' }))).toBe('mget of k took 103 ms, more than 102 ms');
    expect(say(after(103, { how: 'get', wasStopped: true }))).toBeNull();
  });

  it('gives loads their time, and no more', () => {
    expect(say(after(20_000, {}))).toBeNull();
    expect(say(after(60_000, {}))).toMatch(/^getOrLoad of k took 60000 ms/);
  });

  it('breaks when a read that loads nothing is rejected, or any while nothing is wrong', () => {
    expect(say(after(1, { how: 'get', error: 'x' }))).toBe('get of k was rejected: x');
    expect(say(after(1, { error: 'x' }))).toBe('getOrLoad of k was rejected: x');
    const faults = [fault('F-02')];
    expect(sayOf(readsAreBounded(), after(1, { error: 'x' }), { faults })).toBeNull();
    expect(say(after(1, { error: 'read-budget-spent' }))).toBeNull();
  });
});

describe('I-21: one load a key', () => {
  it('holds for one after the other, and for different keys', () => {
    const events = [load('load-began', 'k', 0), load('load-began', 'l', 0), load('load-ended', 'k', 0)];
    expect(say([...events, load('load-began', 'k', 1)])).toBeNull();
  });

  it('breaks for two at once in one process, whatever is wrong', () => {
    const events = [load('load-began', 'k', 0, 1), load('load-began', 'k', 0, 2)];
    expect(sayOf(readsAreBounded(), events, { faults: [fault('F-02')] })).toBe(
      'process 1-1 loads k twice at once',
    );
  });

  it('breaks for two at once in two processes, while nothing is wrong', () => {
    expect(say(TWICE)).toBe('k is loaded by the processes 1-1 and 2-1 at once');
  });

  it('allows it while a fault lasts, has just ended, or a process does not serve a shard', () => {
    const during = (change: object) => sayOf(readsAreBounded(), TWICE, { faults: [fault('F-02', change)] });
    expect(during({})).toBeNull();
    expect(during({ until: NOW - 5000 })).toBeNull();
    expect(during({ from: NOW - 60_000, until: NOW - 20_000 })).not.toBeNull();
    expect(say(TWICE, { processes: [process(), process({ process: '2-1', servesAll: false })] })).toBeNull();
  });

  it('allows it after an invalidation, after a death, and where there is no room for the token', () => {
    const between = (event: PlainEvent) => say([TWICE[0]!, event, TWICE[1]!]);
    expect(between({ kind: 'invalidating', name: 'k', place: 0 })).toBeNull();
    expect(between({ kind: 'invalidating', name: 'l', place: 0 })).not.toBeNull();
    expect(between({ kind: 'crashed', process: '1-1', place: 0 })).toBeNull();
    expect(say(TWICE, { site: { roomForEntries: 0 } })).toBeNull();
  });

  it('allows it beside a value that is loaded anew, which may expire meanwhile', () => {
    expect(say([command(0, ['k'], { command: 'restamp' }), ...TWICE])).toBeNull();
    expect(say([command(0, ['k'], { command: 'ask' }), ...TWICE])).not.toBeNull();
  });
});
