import { describe, expect, it } from 'vitest';
import { planZone, rememberZones, type FrontFacts, type ZonePlan } from '../../../core/front/index.ts';
import { BALANCER, factsOf, NOW, ZONES, type Seen, type Sight } from './support.ts';

const OTHERS = ['az-b', 'az-c'];
const six = (failing: readonly string[], where = 'az-a'): Seen[] =>
  [...ZONES, ...ZONES].map((az) => ({ az, failing: az === where ? failing : [] }));

function gray(change: Partial<FrontFacts> = {}, seen = six(OTHERS), sight: Sight = {}): ZonePlan {
  const memory = {
    ...factsOf([]).memory,
    zones: { 'az-a': { look: 'gray' as const, since: NOW - 6000 } },
  };
  return planZone(factsOf(seen, sight, { memory, ...change }));
}
const causes = ({ holds }: ZonePlan): string[] => holds.map(({ cause }) => cause);

describe('planZone', () => {
  it('leads away from a zone most of whose targets fail for both others, while theirs do not', () => {
    const { action } = gray();
    expect(action).toMatchObject({ kind: 'shift', zone: 'az-a' });
    expect(action!.calls[0]).toMatchObject({ api: 'start-shift', balancer: BALANCER, minutes: 120 });
    expect(action!.reason).toContain('the other zones bear 400 requests a second, 400 are needed');
  });

  it('I-06: what the zone itself says counts for nothing, nor does one witness', () => {
    expect(gray({}, six(['az-a', 'az-b'])).action).toBeNull();
    expect(gray({}, six(OTHERS), { blind: ['az-b'] }).action).toBeNull();
  });

  it("one task that hangs is no gray zone while the zone's own prober sees", () => {
    const three: Seen[] = ZONES.map((az) => ({ az, failing: az === 'az-a' ? OTHERS : [] }));
    expect(gray({}, three).zones[0]?.look).toBe('between');
    expect(gray({}, three, { blind: ['az-a'] }).zones[0]?.look).toBe('gray');
  });

  it('waits until it has been gray for long enough', () => {
    expect(causes(planZone(factsOf(six(OTHERS))))).toEqual(['gray-hold']);
  });

  it('I-35: not where the others cannot bear the load', () => {
    expect(causes(gray({ capacity: { requestsPerTarget: 100, peakRequests: 401 } }))).toEqual(['capacity']);
    expect(gray({ capacity: { requestsPerTarget: 100, peakRequests: 400 } }).action).not.toBeNull();
  });

  it('I-33: one zone at a time, whoever leads away from the other', () => {
    const shift = { shiftId: 's', zone: 'az-b', startedAt: NOW, expiresAt: NOW + 9e6, comment: 'by hand' };
    const of = { balancer: BALANCER, shifts: [shift], autoshifted: [] };
    expect(causes(gray({ managed: { [BALANCER]: of } }))).toEqual(['other-zone']);
    const auto = { balancer: BALANCER, shifts: [], autoshifted: ['az-c'] };
    expect(causes(gray({ managed: { [BALANCER]: auto } }))).toEqual(['other-zone']);
  });

  it('not while it is unknown what is shifted, nor while the balancer fails open', () => {
    expect(causes(gray({ managed: {} }))).toEqual(['aws-unknown']);
    const sick = six(OTHERS).map((one) => ({ ...one, says: 'unhealthy' as const }));
    expect(causes(gray({}, sick))).toEqual(['balancer-fails-open']);
  });

  const ours = (leftMs: number) => ({
    [BALANCER]: {
      balancer: BALANCER,
      autoshifted: [],
      shifts: [
        {
          shiftId: 's-1',
          zone: 'az-a',
          startedAt: NOW - 1000,
          expiresAt: NOW + leftMs,
          comment: 'understudy demo: x',
        },
      ],
    },
  });

  it('renews its shift while the zone is gray, before it ends', () => {
    expect(gray({ managed: ours(7_000_000) }).action).toBeNull();
    const { action } = gray({ managed: ours(1_000_000) });
    expect(action).toMatchObject({ kind: 'renew-shift' });
    expect(action!.calls.map(({ api }) => api)).toEqual(['cancel-shift', 'start-shift']);
  });

  it('cancels it when the zone has been well for long enough, and leaves those of others', () => {
    const well = (sinceMs: number) => ({
      managed: ours(7_000_000),
      memory: { ...factsOf([]).memory, zones: { 'az-a': { look: 'well' as const, since: NOW - sinceMs } } },
    });
    expect(causes(gray(well(119_000), six([])))).toEqual(['zone-return']);
    expect(gray(well(121_000), six([])).action).toMatchObject({ kind: 'cancel-shift' });
    const theirs = { ...ours(7_000_000)[BALANCER].shifts[0]!, comment: 'by hand' };
    const managed = { [BALANCER]: { balancer: BALANCER, autoshifted: [], shifts: [theirs] } };
    expect(gray({ ...well(121_000), managed }, six([])).action).toBeNull();
  });

  it('I-14: cancels it where no task is left in the zone: ECS has started them elsewhere', () => {
    const elsewhere: Seen[] = ['az-b', 'az-c', 'az-b', 'az-c'].map((az) => ({ az, failing: [] }));
    const after = (zones: FrontFacts['memory']['zones']) =>
      gray({ managed: ours(7_000_000), memory: { ...factsOf([]).memory, zones } }, elsewhere);
    const first = after({});
    expect(causes(first)).toEqual(['zone-return']);
    const kept = rememberZones(first.zones);
    expect(kept['az-a']).toEqual({ look: 'well', since: NOW });
    const later = after({ ...kept, 'az-a': { look: 'well', since: NOW - 121_000 } });
    expect(later.action).toMatchObject({ kind: 'cancel-shift', zone: 'az-a' });
    const gone = gray({ memory: { ...factsOf([]).memory, zones: kept } }, elsewhere);
    expect(rememberZones(gone.zones)).not.toHaveProperty('az-a');
  });

  it('I-14: a target that was taken out, and whose task has ended since, keeps no shift', () => {
    const three = (stands: boolean): Seen[] => [
      { az: 'az-a', failing: ZONES, stands },
      ...[...ZONES, ...ZONES].map((az) => ({ az, failing: [] })),
    ];
    const look = (stands: boolean) => gray({ managed: ours(7_000_000) }, three(stands)).zones[0]?.look;
    expect(look(true)).toBe('between');
    expect(look(false)).toBe('well');
    const both = three(false).map((one) =>
      one.az === 'az-a' ? { ...one, failing: ZONES, stands: false } : one,
    );
    expect(gray({ managed: ours(7_000_000) }, both).zones[0]?.look).toBe('gray');
  });
});
