import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainSignals } from './signals-table.ts';
import {
  assess,
  isUnseen,
  judgeSweep,
  NO_MEMORY,
  reachOfSocket,
  reachOfState,
  recall,
  seeWriter,
  startClock,
  readClock,
  writeOfState,
  type ProberMemory,
} from '../../../core/database/index.ts';
import type { Reach, Sample } from '../../../core/state/items.ts';
import { lost, NOW, observation, sample, T, writerSample, ZONES } from './fixtures.ts';

/** Runs sweeps a second apart and returns the last result. */
function sweeps(list: readonly (readonly Sample[])[], from: ProberMemory = NO_MEMORY) {
  let memory = from;
  let now = NOW;
  const results = list.map((samples) => {
    const judged = judgeSweep(memory, { samples, reportedWriter: null, thresholds: T, now });
    memory = judged.memory;
    now += 1000;
    return judged;
  });
  return { results, last: results.at(-1)!, memory };
}

const GOOD = [writerSample('a'), sample('b'), sample('c')];
const READER_LOST = [writerSample('a'), lost('b'), sample('c')];
const failureOf = (result: ReturnType<typeof sweeps>['last'], id: string) =>
  result.verdicts.find(({ memberId }) => memberId === id)?.failure;
const times = <V>(count: number, value: V): V[] => Array.from({ length: count }, () => value);

describe('signals', () => {
  it.each(explainSignals)('%s means %s for a connection and %s for a write', (state, reach, write) => {
    expect(reachOfState(state)).toBe(reach);
    expect(writeOfState(state)).toBe(write);
  });
  it.each([
    ['ECONNREFUSED', 'refused'],
    ['ECONNRESET', 'reset'],
    ['ETIMEDOUT', 'timeout'],
    ['ENOTFOUND', 'timeout'],
    ['CERT_HAS_EXPIRED', 'tls'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ])('the socket error %s is %s', (code, reach) => {
    expect(reachOfSocket(code)).toBe(reach);
  });
});

describe('a sample', () => {
  it('F-35: load is never death, for reach and for write', () => {
    expect(assess(sample('b', { reach: 'load' }), false, T)).toEqual({ health: 'load' });
    expect(assess(writerSample('a', { write: 'load' }), true, T)).toEqual({ health: 'load' });
    const flood = sweeps([
      GOOD,
      ...times(20, [sample('a', { reach: 'load', role: null }), sample('b'), sample('c')]),
    ]);
    expect(failureOf(flood.last, 'a')).toBe(null);
  });
  it.each([
    ['read-only', 'writer-read-only'],
    ['timeout', 'writer-stalled'],
    ['error', 'writer-stalled'],
  ] as const)('a heartbeat that ends in %s is %s', (write, failure) => {
    expect(assess(writerSample('a', { write }), true, T)).toEqual({ health: 'bad', failure });
  });
  it('I-30: an unknown lag is no lag', () => {
    expect(assess(sample('b', { lagMs: null }), false, T)).toEqual({ health: 'good' });
    expect(assess(sample('b', { lagMs: 2001 }), false, T)).toMatchObject({ failure: 'reader-lagging' });
  });
});

describe('a verdict', () => {
  it('turns after fail-samples bad samples in a row, and says that it changed once', () => {
    const { results } = sweeps([GOOD, ...times(5, READER_LOST)]);
    expect(results.map((r) => failureOf(r, 'b'))).toEqual([
      null,
      null,
      null,
      'reader-unreachable',
      'reader-unreachable',
      'reader-unreachable',
    ]);
    expect(results.map(({ changed }) => changed)).toEqual([false, false, false, true, false, false]);
  });
  it('clears after recover-samples good ones in a row', () => {
    const { results } = sweeps([...times(3, READER_LOST), ...times(6, GOOD)]);
    expect(results.map((r) => failureOf(r, 'b') === null)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
  });
  it('is not reached by single losses, nor cleared by single answers', () => {
    const flicker = times(10, [READER_LOST, READER_LOST, GOOD]).flat();
    expect(failureOf(sweeps(flicker).last, 'b')).toBe(null);
    const mostly = [...times(3, READER_LOST), ...times(10, [...times(4, GOOD), READER_LOST]).flat()];
    expect(failureOf(sweeps(mostly).last, 'b')).toBe('reader-unreachable');
  });
  it('load breaks a run of bad samples and is no step to recovery', () => {
    const busy = [writerSample('a'), sample('b', { reach: 'load', role: null }), sample('c')];
    expect(failureOf(sweeps([READER_LOST, READER_LOST, busy, READER_LOST, READER_LOST]).last, 'b')).toBe(
      null,
    );
    expect(failureOf(sweeps([...times(3, READER_LOST), ...times(30, busy)]).last, 'b')).toBe(
      'reader-unreachable',
    );
  });
  it('survives the handover to the next prober', () => {
    const before = sweeps([...times(4, READER_LOST)]);
    const item = observation({
      az: ZONES[0],
      members: ['a', 'b', 'c'],
      change: { verdicts: before.last.verdicts },
    });
    const after = sweeps([GOOD], recall(item));
    expect(failureOf(after.last, 'b')).toBe('reader-unreachable');
    expect(after.last.changed).toBe(false);
  });
});

describe('a prober', () => {
  it('I-06: that fails on more than half of all targets is blind and accuses nobody', () => {
    const dark = [lost('a'), lost('b'), sample('c')];
    const { results } = sweeps([GOOD, ...times(20, dark)]);
    expect(results[1]).toMatchObject({ blind: true, changed: true });
    expect(results.at(-1)!.verdicts.every(({ failure }) => failure === null)).toBe(true);
  });
  it('that fails on half of its targets sees', () => {
    expect(sweeps([[writerSample('a'), lost('b')]]).last.blind).toBe(false);
  });
  it('with a single target cannot tell its own blindness from a dead member, and is blind', () => {
    expect(sweeps([[writerSample('a')], [lost('a')]]).last.blind).toBe(true);
  });
  it('sees again only after fail-samples sweeps that saw enough', () => {
    const dark = [lost('a'), lost('b'), lost('c')];
    const { results } = sweeps([dark, GOOD, GOOD, GOOD, GOOD]);
    expect(results.map(({ blind }) => blind)).toEqual([true, true, true, false, false]);
  });
});

describe('the writer as a prober sees it', () => {
  it('stays the writer while it is silent', () => {
    const { last } = sweeps([GOOD, ...times(4, [lost('a'), sample('b'), sample('c')])]);
    expect(last.writer).toEqual({ memberId: 'a', since: null });
    expect(failureOf(last, 'a')).toBe('writer-unreachable');
  });
  it('is the member that says so next, from when it says so', () => {
    const moved = [lost('a'), writerSample('b'), sample('c')];
    const { last, results } = sweeps([GOOD, ...times(4, [lost('a'), sample('b'), sample('c')]), moved]);
    expect(last.writer).toEqual({ memberId: 'b', since: NOW + 5000 });
    expect(results.at(-1)!.changed).toBe(true);
    expect(failureOf(last, 'a')).toBe('reader-unreachable');
  });
  it('I-18: an old writer that wakes beside its successor does not take the role back', () => {
    const known = { memberId: 'b', since: NOW };
    const both = [writerSample('a', { write: null }), writerSample('b', { write: 'timeout' })];
    expect(seeWriter(known, both, null, NOW + 1)).toEqual(known);
    expect(
      seeWriter(
        { memberId: 'a', since: null },
        [writerSample('a', { write: 'timeout' }), writerSample('b')],
        null,
        NOW,
      ),
    ).toEqual({
      memberId: 'b',
      since: NOW,
    });
  });
  it('is taken from the cluster’s own list by a prober that knows none', () => {
    expect(seeWriter(null, [lost('a'), sample('b')], 'a', NOW)).toEqual({ memberId: 'a', since: null });
    expect(seeWriter(null, [lost('a')], null, NOW)).toBe(null);
  });
});

describe('the clock guard', () => {
  const at = (wallMs: number, monotonicMs: number) => ({ wallMs, monotonicMs });
  it('I-32: a step back, or ahead by 2 s or more, forbids to act for 30 s', () => {
    const start = startClock(at(1_000_000, 0));
    expect(readClock(start, at(1_001_000, 1000)).state).toBe('steady');
    expect(readClock(start, at(999_999, 1)).state).toBe('stepped');
    expect(readClock(start, at(1_003_000, 1000)).state).toBe('stepped');
    const stepped = readClock(start, at(1_003_000, 1000));
    expect(readClock(stepped, at(1_032_900, 30_900)).state).toBe('stepped');
    expect(readClock(stepped, at(1_033_000, 31_000)).state).toBe('steady');
  });
});

describe('properties of sweeps', () => {
  const reach = fc.constantFrom<Reach>('ok', 'refused', 'timeout', 'reset', 'tls', 'login', 'error', 'load');
  const history = fc.array(fc.tuple(reach, reach, reach, reach), { minLength: 1, maxLength: 40 });
  it('a verdict is bad only after fail-samples bad samples of that member in a row, while seeing', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const list = rows.map((row) =>
          row.map((r, i) =>
            r === 'ok'
              ? i === 0
                ? writerSample('m0')
                : sample(`m${i}`)
              : sample(`m${i}`, { reach: r, role: null }),
          ),
        );
        const { results } = sweeps(list);
        for (let i = 0; i < 4; i += 1) {
          let run = 0;
          let earned = false;
          rows.forEach((row, index) => {
            const blindNow = row.filter(isUnseen).length * 2 > row.length;
            const bad = row[i] !== 'ok' && row[i] !== 'load';
            if (bad && !(blindNow && isUnseen(row[i]!))) run += 1;
            else if (!bad) run = 0;
            earned ||= run >= T['fail-samples'];
            if (failureOf(results[index]!, `m${i}`) !== null) expect(earned).toBe(true);
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});
