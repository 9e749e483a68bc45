import { describe, expect, it } from 'vitest';
import { toFrontLine, type FrontMeasured } from '../../../../proving/drills/front/line.ts';
import type { FrontLine } from '../../../../proving/drills/front/model.ts';
import { webTaskScenario } from '../../../../proving/drills/front/scenarios/tasks.ts';
import type { FrontRun } from '../../../../proving/drills/front/types.ts';
import type { Sample } from '../../../../proving/drills/model.ts';
import { sample } from '../samples.ts';

const FAULT = 10_000;
const END = 30_000;

/** Ten requests a second, of which every second one is a write, all answered after 5 ms. */
const STEADY: readonly Sample[] = Array.from({ length: 250 }, (_, n) =>
  sample(5000 + n * 100, 5, { kind: n % 2 === 0 ? 'read' : 'write', own: n % 10 === 0 }),
);

const RUN: FrontRun = {
  setting: { fault: 'kill', without: null, deny: null, control: false, pace: 'fast' },
  target: '127.2.0.1:8080',
  samples: STEADY,
  countedFrom: 5000,
  faultAt: FAULT,
  endedAt: END,
  faultVerified: true,
  managedAt: null,
  managedFrom: null,
  controlPlaneCalls: 0,
  deployed: null,
  newVersionPct: null,
  controlFailed: 3,
  readBack: { acked: 100, lost: 0, invented: 0, duplicated: 0 },
};

function lineOf(run: Partial<FrontRun> = {}, rest: Partial<FrontMeasured> = {}): FrontLine {
  return toFrontLine({
    scenario: webTaskScenario,
    run: { ...RUN, ...run },
    seed: 1,
    sighting: { detected_ms: 5, decided_ms: 6, actions: [] },
    promotions: 0,
    removed: 0,
    denied: [],
    lagMsMax: 1,
    versions: {},
    ...rest,
  });
}

const plus = (...samples: readonly Sample[]): Partial<FrontRun> => ({ samples: [...STEADY, ...samples] });
const retried = sample(FAULT + 50, 60, { firstFailed: true, attempts: 2 });
const lost = sample(FAULT + 80, 20, { ok: false, firstFailed: true, status: 502, code: 'http 502' });

describe('the line of a front drill', () => {
  it('holds when nothing is wrong, with every number in its place', () => {
    const line = lineOf();
    expect(line.not_held).toEqual([]);
    expect(line).toMatchObject({
      scenario: 'web-task',
      tier: 'web',
      held: true,
      requests: 250,
      failed: 0,
      balancer_failed: 0,
      control_failed: 3,
      control_plane_calls: 0,
      normal_after_ms: 0,
      bad_until_ms: 0,
      writes_bad_until_ms: 0,
      acked_writes: 100,
      duplicated: 0,
      detected_ms: 5,
      decided_ms: 6,
      new_version_pct: null,
      completed: null,
    });
  });

  it('counts a first answer that failed, whatever its retry came to', () => {
    const line = lineOf(plus(retried));
    expect(line).toMatchObject({ balancer_failed: 1, failed: 0, held: true });
    expect(lineOf(plus(...Array.from({ length: 9 }, () => retried))).not_held).toEqual([
      'balancer_failed <= control_failed + 5',
    ]);
  });

  it('has no floor to compare with where none was measured', () => {
    expect(lineOf({ controlFailed: null }).not_held).toEqual(['balancer_failed <= control_failed + 5']);
  });

  it.each([
    ['failed_idempotent = 0', plus(lost)],
    ['duplicated = 0', { readBack: { ...RUN.readBack, duplicated: 1 } }],
    ['duplicated = 0', { readBack: { ...RUN.readBack, duplicated: null } }],
    ['lost_acked_writes = 0', { readBack: { ...RUN.readBack, lost: 1 } }],
    ['control_plane_calls = 0', { controlPlaneCalls: 1 }],
  ] as const)('does not hold: %s', (rule, run) => {
    expect(lineOf(run)).toMatchObject({ held: false, not_held: expect.arrayContaining([rule]) });
  });

  it('does not hold when the fault was not verified', () => {
    expect(lineOf({ faultVerified: false })).toMatchObject({ held: false, not_held: [] });
  });

  it('tells writes that wait from reads that do', () => {
    const line = lineOf(plus(sample(FAULT + 400, 1500, { kind: 'write' }), sample(FAULT + 900, 1500)));
    expect(line).toMatchObject({ bad_until_ms: 900, writes_bad_until_ms: 400 });
  });

  it('counts the managed part from the fault after a kill, and else from the call of ours', () => {
    const managed = { managedAt: FAULT + 4000, managedFrom: FAULT + 1500 };
    expect(lineOf(managed).managed_ms).toBe(4000);
    expect(lineOf({ ...managed, setting: { ...RUN.setting, fault: 'partition' } }).managed_ms).toBe(2500);
    expect(lineOf({ managedAt: FAULT + 4000 }).managed_ms).toBeNull();
  });
});
