import { describe, expect, it } from 'vitest';
import type { ObservationItem } from '../../../../core/state/items.ts';
import { failsOpen, neverEmpty, slowlyOut } from '../../../../proving/sim/checks/pool.ts';
import { NOW, database, engine, observation, pool, recovery, sayLast, THRESHOLDS, view } from './view.ts';

describe('I-03: the published pool is never empty', () => {
  it('holds while one reader is published, and checks each step', () => {
    const checker = neverEmpty();
    const one = view({ pool: pool({ 'db-2': 'out', 'db-3': 'in' }, { epoch: 2 }) });
    expect(sayLast(checker, view({ pool: null }), view(), one, one)).toBeNull();
    expect(checker.checked).toBe(3);
  });

  it('breaks when none is, returning ones included', () => {
    const said = sayLast(neverEmpty(), view({ pool: pool({ 'db-2': 'out', 'db-3': 'returning' }) }));
    expect(said).toMatch(/none of the readers db-2, db-3 is published/);
  });

  it('asks nothing of a cluster without readers', () => {
    expect(sayLast(neverEmpty(), view({ pool: pool({}) }))).toBeNull();
  });

  it('breaks when the published pool is gone', () => {
    expect(sayLast(neverEmpty(), view(), view({ pool: null }))).toMatch(/gone/);
  });

  it('breaks when the custom endpoint is made to exclude every reader', () => {
    const item = pool({ 'db-2': 'in', 'db-3': 'in' }, { endpointEditedAt: NOW, excluded: ['db-2', 'db-3'] });
    expect(sayLast(neverEmpty(), view({ pool: item }))).toMatch(/excludes every reader/);
  });
});

describe('I-04: the panic floor', () => {
  const bothIn = view();
  const oneOut = (change = {}) => pool({ 'db-2': 'out', 'db-3': 'in' }, { epoch: 2, ...change });
  const allZones = (failed: Parameters<typeof observation>[1]) =>
    ['az-a', 'az-b', 'az-c'].map((az) => observation(az, failed));
  const one = { 'db-2': 'reader-unreachable' } as const;
  const both = { ...one, 'db-3': 'reader-unreachable' } as const;
  /** The pool after one has left, by a decision that says it used these observations. */
  const decidedBy = (observations: readonly ObservationItem[], used = observations) => {
    const evidence = used.map(({ az, at }) => `observation#${az}|${new Date(at).toISOString()}`);
    return view({ pool: oneOut(), observations, ledger: [recovery({ epoch: 2, startedAt: NOW, evidence })] });
  };

  it('holds when one of two leaves while the other is healthy', () => {
    const checker = failsOpen();
    expect(sayLast(checker, bothIn, decidedBy(allZones(one)))).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('breaks when one leaves although most are failed', () => {
    const said = sayLast(failsOpen(), bothIn, decidedBy(allZones(both)));
    expect(said).toMatch(/db-2 left with 2 of 2 readers failed, the floor is 0.5/);
  });

  it('judges a decision by what it used: neither by older nor by newer observations', () => {
    const older = allZones(both).map((item) => ({ ...item, at: NOW - 1500 }));
    expect(sayLast(failsOpen(), bothIn, decidedBy([...older, ...allZones(one)], allZones(one)))).toBeNull();
    expect(sayLast(failsOpen(), bothIn, decidedBy([...older, ...allZones(one)], older))).toMatch(/2 of 2/);
  });

  it('breaks when one leaves while the pool fails open', () => {
    const said = sayLast(failsOpen(), bothIn, view({ pool: oneOut({ failOpen: true }) }));
    expect(said).toMatch(/db-2 left while the pool fails open/);
  });

  it('breaks when one leaves by no decision on record', () => {
    expect(sayLast(failsOpen(), bothIn, view({ pool: oneOut() }))).toMatch(/db-2 left by a decision/);
  });

  it('takes the higher floor while the pool failed open before', () => {
    const open = view({ pool: pool({ 'db-2': 'in', 'db-3': 'in' }, { failOpen: true }) });
    expect(sayLast(failsOpen(), open, decidedBy(allZones(one)))).toMatch(/the floor is 0.6/);
  });

  it('counts a reader as failed when two probers said so', () => {
    const once = [observation('az-a', both), observation('az-b', one), observation('az-c', one)];
    expect(sayLast(failsOpen(), bothIn, decidedBy(once))).toBeNull();
    const twice = [observation('az-a', both), observation('az-b', both), observation('az-c', one)];
    expect(sayLast(failsOpen(), bothIn, decidedBy(twice))).toMatch(/2 of 2 readers failed/);
  });
});

describe('I-05: the velocity limit', () => {
  const five = ['db-2', 'db-3', 'db-4', 'db-5'];
  const states = (out: readonly string[]) =>
    Object.fromEntries(five.map((id) => [id, out.includes(id) ? ('out' as const) : ('in' as const)]));
  const engines = ['db-1', ...five].map((id, index) => engine(id, { az: `az-${index}`, role: 'reader' }));
  const at = (ms: number, out: readonly string[]) =>
    view({ pool: pool(states(out), { epoch: 2 + ms, at: NOW + ms }), database: database({ engines }) });

  it('holds at one reader a window', () => {
    const checker = slowlyOut();
    const windowMs = THRESHOLDS['velocity-window-ms'];
    expect(sayLast(checker, at(0, []), at(1, ['db-2']), at(1 + windowMs, ['db-2', 'db-3']))).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks at two in one window, at once or one after the other', () => {
    expect(sayLast(slowlyOut(), at(0, []), at(1, ['db-2', 'db-3']))).toMatch(/2 readers left the tier/);
    const windowMs = THRESHOLDS['velocity-window-ms'];
    const said = sayLast(slowlyOut(), at(0, []), at(1, ['db-2']), at(windowMs, ['db-2', 'db-3']));
    expect(said).toMatch(/2 readers left the tier within 60000 ms, 1 may of 4/);
  });

  it('counts each zone by itself', () => {
    const many = Array.from({ length: 8 }, (_, index) => `r-${index}`);
    const sameZone = [engine('db-1'), ...many.map((id) => engine(id, { az: 'az-x', role: 'reader' }))];
    const spread = [
      engine('db-1'),
      ...many.map((id, index) => engine(id, { az: index < 2 ? 'az-x' : 'az-y', role: 'reader' })),
    ];
    const step = (all: typeof sameZone, out: number, epoch: number) =>
      view({
        database: database({ engines: all }),
        pool: pool(Object.fromEntries(many.map((id, i) => [id, i < out ? 'out' : 'in'] as const)), { epoch }),
      });
    expect(sayLast(slowlyOut(), step(sameZone, 0, 1), step(sameZone, 2, 2))).toBeNull();
    expect(sayLast(slowlyOut(), step(spread, 0, 1), step(spread, 2, 2))).toMatch(/2 readers left az-x/);
  });

  it('does not count a member that ceased to be a reader', () => {
    const checker = slowlyOut();
    const promoted = view({ pool: pool({ 'db-1': 'returning', 'db-3': 'in' }, { epoch: 2 }) });
    expect(sayLast(checker, view(), promoted)).toBeNull();
    expect(checker.checked).toBe(0);
  });
});
