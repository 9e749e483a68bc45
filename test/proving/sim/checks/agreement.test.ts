import { describe, expect, it } from 'vitest';
import { twoViewpoints } from '../../../../proving/sim/checks/agreement.ts';
import { call, NOW, observation, outcome, pool, sayLast, THRESHOLDS, view } from './view.ts';

const AGE = THRESHOLDS['observation-age-ms-max'];
const gone = { 'db-2': 'reader-unreachable' } as const;
const stalled = { 'db-1': 'writer-stalled' } as const;
const db2Out = pool({ 'db-2': 'out', 'db-3': 'in' }, { epoch: 2 });

describe('I-06: a removal needs two viewpoints', () => {
  const removedAfter = (...observations: ReturnType<typeof observation>[]) =>
    sayLast(twoViewpoints(), view(), view({ pool: db2Out, observations }));

  it('holds with probers of two zones', () => {
    expect(removedAfter(observation('az-a', gone), observation('az-b', gone))).toBeNull();
  });

  it('breaks with one prober, however often it says so', () => {
    const said = removedAfter(observation('az-a', gone), observation('az-a', gone), observation('az-b'));
    expect(said).toMatch(/db-2 was removed on the word of 1 prober\(s\) and no client/);
  });

  it('holds with one prober and a client, and breaks with a client alone', () => {
    const outcomes = [outcome({ members: { 'db-2': { ok: 1, errors: 4 } } })];
    const checker = twoViewpoints();
    const observations = [observation('az-a', gone)];
    expect(sayLast(checker, view(), view({ pool: db2Out, observations, outcomes }))).toBeNull();
    expect(checker.checked).toBe(1);
    expect(sayLast(twoViewpoints(), view(), view({ pool: db2Out, outcomes }))).toMatch(
      /0 prober\(s\) and a client/,
    );
  });

  it('remembers what a client has said before it wrote its next outcome', () => {
    const accusing = view({ outcomes: [outcome({ members: { 'db-2': { ok: 0, errors: 4 } } })] });
    const outcomes = [outcome({ at: NOW })];
    const observations = [observation('az-a', gone)];
    expect(sayLast(twoViewpoints(), accusing, view({ pool: db2Out, observations, outcomes }))).toBeNull();
  });

  it('breaks when the second voice is blind, or too old', () => {
    const blind = observation('az-b', gone, { blind: true });
    expect(removedAfter(observation('az-a', gone), blind)).toMatch(/1 prober/);
    const old = observation('az-b', gone, { at: NOW - AGE - 1 });
    expect(removedAfter(observation('az-a', gone), old)).toMatch(/1 prober/);
    const justOld = observation('az-b', gone, { at: NOW - AGE });
    expect(removedAfter(observation('az-a', gone), justOld)).toBeNull();
    const later = observation('az-b', gone, { at: NOW + 1 });
    expect(removedAfter(observation('az-a', gone), later)).toMatch(/1 prober/);
    expect(removedAfter(observation('az-a', gone), observation('az-b', gone, { at: NOW }))).toBeNull();
  });
});

describe('I-06: a promotion needs two viewpoints', () => {
  const promotedAfter = (...observations: ReturnType<typeof observation>[]) =>
    sayLast(twoViewpoints(), view({ calls: [call()], observations }));

  it('holds with probers of two zones against the writer', () => {
    expect(promotedAfter(observation('az-a', stalled), observation('az-b', stalled))).toBeNull();
  });

  it('breaks with one, also when the other accuses a reader or the target', () => {
    expect(promotedAfter(observation('az-a', stalled), observation('az-b'))).toMatch(
      /on the word of 1 prober/,
    );
    expect(promotedAfter(observation('az-a', stalled), observation('az-b', gone))).toMatch(/1 prober/);
  });

  it('asks for it even when the call was refused', () => {
    const refused = call({
      effective: false,
      outcome: { outcome: 'refused', code: 'x', conflict: false, retryable: false },
    });
    const checker = twoViewpoints();
    expect(sayLast(checker, view({ calls: [refused] }))).toMatch(/0 prober/);
    expect(checker.checked).toBe(1);
  });
});

describe('I-06: a prober that sees too little', () => {
  const unseen = (count: number, blind: boolean) => {
    const seen = observation('az-a', {}, { blind });
    const samples = seen.samples.map((s, i) => (i < count ? { ...s, reach: 'timeout' as const } : s));
    return view({ observations: [{ ...seen, samples }] });
  };

  it('is called blind', () => {
    expect(sayLast(twoViewpoints(), unseen(1, false))).toBeNull();
    expect(sayLast(twoViewpoints(), unseen(2, true))).toBeNull();
    expect(sayLast(twoViewpoints(), unseen(2, false))).toMatch(/prober of az-a sees too little/);
  });
});
