/** Single faults, each as a drill would make it: what the real controllers do about it in virtual time. */

import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import { at, failovers, READER, scenario, span, WRITER } from './stage.ts';

const ALL = (): { readonly checkers: ReturnType<typeof newCheckers> } => ({ checkers: newCheckers() });

describe('one fault', { timeout: 60_000 }, () => {
  it('F-02: a writer that hangs is replaced once, called within 10 s by the stream', async () => {
    const { view, result } = await scenario([{ id: 'F-02', member: WRITER, ...span(30, 100) }], ALL());
    const [called, ...more] = failovers(view);
    expect(more).toEqual([]);
    expect(called!.issuedAt - at(30)).toBeLessThan(10_000);
    expect(called!.target).not.toBe(WRITER);
    expect(view.database.engines.find(({ role }) => role === 'writer')!.id).toBe(called!.target);
    expect(result.violations).toEqual([]);
  });

  it('F-02: by alarms alone it is called within 60 s', async () => {
    const { view, result } = await scenario(
      [
        { id: 'F-17', source: 'stream', effect: 'drop', ms: 0, share: 1, ...span(1, 179) },
        { id: 'F-02', member: WRITER, ...span(30, 150) },
      ],
      ALL(),
    );
    expect(failovers(view).map(({ issuedAt }) => issuedAt < at(90))).toEqual([true]);
    expect(result.violations).toEqual([]);
  });

  it('F-01: a writer that dies is left to AWS', async () => {
    const { view, result } = await scenario([{ id: 'F-01', member: WRITER, from: at(30) }], ALL());
    expect(failovers(view)).toEqual([]);
    expect(view.database.managedFailovers).toHaveLength(1);
    expect(result.violations).toEqual([]);
  });

  it('F-01: a reader that dies leaves the pool within 10 s and comes back', async () => {
    const { view, result } = await scenario([{ id: 'F-01', member: READER, from: at(30) }], ALL());
    const writes = view.calls.filter(({ call, effective }) => call === 'state:PutPool' && effective);
    const out = writes.find(({ at: when }) => when > at(30))!;
    expect(out.at - at(30)).toBeLessThan(10_000);
    expect(view.pool!.members[READER]!.state).toBe('in');
    expect(result.violations).toEqual([]);
  });

  it('F-06: one blind prober removes nothing and promotes nothing', async () => {
    const { view, result } = await scenario([{ id: 'F-06', az: 'us-east-1a', ...span(30, 150) }], ALL());
    expect(failovers(view)).toEqual([]);
    expect(view.pool!.removals).toEqual([]);
    expect(view.observations.some(({ blind }) => blind)).toBe(true);
    expect(result.violations).toEqual([]);
  });

  it('F-05, I-16: no promotion while probes fail and clients write', async () => {
    const { view, result } = await scenario([{ id: 'F-05', member: WRITER, ...span(30, 170) }], ALL());
    const failing = view.observations.filter(({ verdicts }) =>
      verdicts.some(({ failure }) => failure !== null),
    );
    expect(failing.length).toBeGreaterThan(100);
    expect(failovers(view)).toEqual([]);
    expect(result.violations).toEqual([]);
  });

  it('F-32: a reader that lags leaves the pool and comes back', async () => {
    const { view, result } = await scenario([{ id: 'F-32', member: READER, ...span(30, 90) }], ALL());
    expect(view.pool!.removals!.map(({ memberId }) => memberId)).toEqual([READER]);
    expect(view.pool!.members[READER]!.state).toBe('in');
    expect(result.violations).toEqual([]);
  });

  it('F-18: killed right after its call, the recovery is finished by another and nothing is called twice', async () => {
    const { view, result } = await scenario(
      [
        { id: 'F-02', member: WRITER, ...span(30, 150) },
        { id: 'F-18', folder: 'write-failover', from: at(20), call: 'rds:FailoverDBCluster', when: 'after' },
      ],
      ALL(),
    );
    expect(view.invocations.filter(({ end }) => end === 'killed')).toHaveLength(1);
    expect(failovers(view)).toHaveLength(1);
    expect(view.ledger.find(({ function: name }) => name === 'write-failover')!.state).toBe('done');
    expect(result.violations).toEqual([]);
  });

  it('F-19, I-07: a pool written minutes late is refused by its epoch', async () => {
    const late = { folder: 'replica-pool', call: 'state:PutPool', where: 'request', ms: 100_000 } as const;
    // Seed 1: by the time it arrives, others have seen the reader come back and decided to keep the pool.
    const { result, view } = await scenario(
      [
        { id: 'F-01', member: READER, from: at(30) },
        { id: 'F-19', from: at(25), ...late },
      ],
      ALL(),
    );
    const writes = view.calls.filter(({ call }) => call === 'state:PutPool');
    expect(writes.find(({ effective }) => !effective)!.token).toBeLessThan(writes.at(-2)!.token!);
    expect(view.pool!.removals).toEqual([]);
    expect(result.rare['pool refused by epoch']).toBe(1);
    expect(result.violations).toEqual([]);
  });

  it('F-19, I-07: a failover that waits in its function never leaves after the lease', async () => {
    const { view, result } = await scenario(
      [
        { id: 'F-02', member: WRITER, ...span(30, 170) },
        {
          id: 'F-19',
          folder: 'write-failover',
          from: at(20),
          call: 'rds:FailoverDBCluster',
          where: 'function',
          ms: 90_000,
        },
      ],
      ALL(),
    );
    expect(result.faults['F-19']).toEqual({ drawn: 1, effective: 1 });
    expect(failovers(view).length).toBeLessThanOrEqual(1);
    for (const { at: when, leaseUntil } of failovers(view)) expect(when).toBeLessThan(leaseUntil!);
    expect(result.violations).toEqual([]);
  });

  it('F-14: an old description of the cluster promotes nobody whom the members would not', async () => {
    const { view, result } = await scenario(
      [
        { id: 'F-01', member: WRITER, from: at(30) },
        { id: 'F-14', versionsBack: 3, ...span(35, 170) },
      ],
      ALL(),
    );
    expect(result.rare['stale description served']).toBeGreaterThan(0);
    expect(failovers(view)).toEqual([]);
    expect(result.violations).toEqual([]);
  });
});
