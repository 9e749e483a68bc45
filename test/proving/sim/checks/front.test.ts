import { describe, expect, it } from 'vitest';
import type { DescribedTarget } from '../../../../core/front/index.ts';
import { shiftLeavesCapacity } from '../../../../proving/sim/checks/front.ts';
import { frontConverges } from '../../../../proving/sim/checks/front-liveness.ts';
import type { FrontChange, FrontView, TaskView } from '../../../../proving/sim/front/index.ts';
import { CONVERGE_MS } from '../../../../proving/sim/run-options.ts';
import { NOW, sayLast, view, ZONES } from './view.ts';

const [A = '', B = '', C = ''] = ZONES;

function target(id: number, az: string, state: DescribedTarget['state'] = 'healthy'): DescribedTarget {
  return { address: `10.0.0.${id}`, port: 80, az, state };
}
const task = ({ address, port, az }: DescribedTarget): TaskView => {
  return { memberId: `${address}:${port}`, az: az!, isUp: true, fitSince: null };
};

const SIX = [A, B, C, A, B, C].map((az, id) => target(id, az));
/** A task of the second zone is gone. */
const FIVE = SIX.filter((_, id) => id !== 1);

function front(change: Partial<FrontView> = {}): FrontView {
  return {
    site: { zones: ZONES, tasksPerZone: 2, requestsPerSecond: 4, peakRequests: 400 },
    item: null,
    ledger: [],
    observations: [],
    changes: [],
    requests: [],
    records: [{}, {}] as never,
    shifted: [null, null],
    groups: [SIX, SIX],
    pool: { requests: 0, attempts: 0, needlessly: 0 },
    tasks: () => SIX.map(task),
    ...change,
  };
}

describe('I-35: what a shift leaves bears the peak', () => {
  const away: FrontChange = {
    at: NOW + 30_000,
    api: 'start-shift',
    target: 'demo-primary',
    zone: A,
    before: [],
    after: [],
    task: null,
  };
  const say = (groups: FrontView['groups'], change: Partial<FrontView> = {}) => {
    const checker = shiftLeavesCapacity();
    const seen = [0, 10_000, 29_000, 30_000].map((ms) =>
      view({ now: NOW + ms, front: front({ groups, changes: ms === 30_000 ? [away] : [], ...change }) }),
    );
    // The view's list only grows; each view here has its own.
    return { said: sayLast(checker, ...seen), checker };
  };

  it('holds where the other zones have all of theirs, by the balancer that sees most', () => {
    const { said, checker } = say([FIVE, SIX]);
    expect(said).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('breaks where one is missing, or not healthy', () => {
    const told = 'away from az-a: the others bear 300 requests a second of 400 at the peak';
    expect(say([FIVE, FIVE]).said).toBe(told);
    const sick = SIX.map((one, id) => (id === 1 ? { ...one, state: 'unhealthy' as const } : one));
    expect(say([sick, sick]).said).toBe(told);
  });

  it('asks nothing where no peak is named', () => {
    const site = { ...front().site, peakRequests: null };
    const { said, checker } = say([FIVE, FIVE], { site });
    expect(said).toBeNull();
    expect(checker.checked).toBe(0);
  });

  it('allows what was true just before: a target may fail while the call is under way', () => {
    const checker = shiftLeavesCapacity();
    const before = view({ now: NOW + 25_000, front: front() });
    const now = view({ now: NOW + 30_000, front: front({ groups: [FIVE, FIVE], changes: [away] }) });
    expect(sayLast(checker, before, now)).toBeNull();
  });
});

describe('I-14: the groups once all is quiet', () => {
  const say = (change: Partial<FrontView>) =>
    sayLast(
      frontConverges(),
      view({
        phase: 'liveness',
        quietSince: NOW - CONVERGE_MS,
        front: front(change),
      }),
    );

  it('hold every task that works, and no other', () => {
    expect(say({})).toBeNull();
    expect(say({ groups: [SIX, FIVE] })).toMatch(/^10\.0\.0\.1:80 works and stands in 1 groups, /);
    expect(say({ tasks: () => FIVE.map(task) })).toMatch(
      /^10\.0\.0\.1:80 stands in a group, and its task is gone, /,
    );
  });

  it('have nothing of what drains', () => {
    const draining = SIX.map((one, id) => (id === 1 ? { ...one, state: 'draining' as const } : one));
    expect(say({ groups: [draining, draining], tasks: () => FIVE.map(task) })).toBeNull();
  });
});
