/** Defects of who looks after balancers, zones and names. */

import type { RecordBatch, StateStore } from '../../../core/ports/index.ts';
import type { TargetObservationItem } from '../../../core/state/front-items.ts';
import { SERVICE_POOL_DEFAULTS } from '../../../runtime/service/index.ts';
import type { FrontFunctionPorts, FunctionPorts } from '../control/defect.ts';
import type { FrontFaultSpec } from '../faults/front-spec.ts';
import { at, span, type Exhibit } from './exhibit.ts';

type Fronted = Omit<Exhibit, 'defect' | 'fronted'> & {
  /** What dns-failover is given instead. */
  readonly ports: (ports: FunctionPorts & { readonly front: FrontFunctionPorts }) => Partial<FunctionPorts>;
};

function exhibit({ ports, ...rest }: Fronted): Exhibit {
  return {
    ...rest,
    fronted: true,
    defect: {
      name: rest.name,
      ports: (real, { folder }) => {
        const { front } = real;
        return folder !== 'dns-failover' || front === null ? real : { ...real, ...ports({ ...real, front }) };
      },
    },
  };
}

function hangs(slots: readonly number[], from: number, until: number): readonly FrontFaultSpec[] {
  return slots.map((slot) => ({ tier: 'front', id: 'F-02', slot, ...span(from, until) }));
}

/** The store whose thresholds of the web tier are these. */
function thresholds(
  store: StateStore,
  values: Readonly<Record<string, number>>,
): Pick<FunctionPorts, 'store'> {
  return {
    store: {
      ...store,
      readThresholds: async (tier) => {
        const item = await store.readThresholds(tier);
        return tier === 'web' ? { kind: 'thresholds', tier, at: 0, refused: {}, ...item, values } : item;
      },
    },
  };
}

export const recordsDeletedThenCreated: Exhibit = exhibit({
  name: 'records-deleted-then-created',
  incident:
    'AWS, October 2025: the records of an endpoint were deleted before others stood, and it was empty',
  invariant: 'I-03',
  ports: ({ front, clock }) => {
    const { records } = front;
    const apply = async ({ remove, create }: RecordBatch) => {
      const standing = await records.list(create[0]!.name);
      await records.apply({ remove: standing, create: [] });
      await clock.sleep(1000);
      const kept = standing.filter((one) => !remove.includes(one));
      return records.apply({ remove: [], create: [...kept, ...create] });
    };
    return { front: { ...front, records: { ...records, apply } } };
  },
  faults: () => [{ tier: 'front', id: 'F-13', loses: 'primary', lateMs: 0, ...span(20, 30) }],
});

export const noVelocityInFront: Exhibit = exhibit({
  name: 'no-velocity-in-front',
  incident: 'AWS, October 2025: health checks that flapped removed capacity as fast as they ran',
  invariant: 'I-05',
  ports: ({ store }) => thresholds(store, { 'velocity-ratio': 1 }),
  faults: (random) => hangs([0, 1, 3], 60 + random.between(0, 20), 120),
});

export const noFloorInFront: Exhibit = exhibit({
  name: 'no-floor-in-front',
  incident: 'GitHub, August 2024: a change broke the answers to health checks, and all hosts were taken out',
  invariant: 'I-04',
  ports: ({ store }) => thresholds(store, { 'velocity-ratio': 1, 'panic-ratio': 0, 'panic-exit-ratio': 0 }),
  faults: (random) => hangs([0, 1, 2, 3, 4], 60 + random.between(0, 20), 120),
});

export const oneProberIsEnough: Exhibit = exhibit({
  name: 'one-prober-is-enough',
  incident:
    'Cloudflare, November 2020: one half-dead switch, and what could not be seen from behind it was gone',
  invariant: 'I-06',
  ports: ({ front }) => ({
    front: believing(front, (items) => {
      const accuser = items.find(({ verdicts }) => verdicts.some(({ failure }) => failure !== null));
      return accuser === undefined ? items : items.map(({ az }) => ({ ...accuser, az }));
    }),
  }),
  faults: (random) => {
    const cut = { slot: random.between(0, 2), zones: ['us-east-1a'] };
    return [{ tier: 'front', id: 'F-07', ...cut, ...span(60, 110) }];
  },
});

export const blindProbersBelieved: Exhibit = exhibit({
  name: 'blind-probers-believed',
  incident:
    'Kinesis, November 2020: who monitored depended on what had failed, and its silence was read as death',
  invariant: 'I-30',
  ports: ({ front }) => ({
    front: believing(front, (items) => items.map((item) => (item.blind ? accusingFirst(item) : item))),
  }),
  faults: (random) => {
    const from = 70 + random.between(0, 10);
    return ['us-east-1a', 'us-east-1b'].map((zone) => {
      return { tier: 'front', id: 'F-06', zone, ...span(from, from + 40) };
    });
  },
});

function believing(
  front: FrontFunctionPorts,
  seen: (items: readonly TargetObservationItem[]) => readonly TargetObservationItem[],
): FrontFunctionPorts {
  const { store } = front;
  const latestTargetObservations = async (zones: readonly string[]) =>
    seen(await store.latestTargetObservations(zones));
  return { ...front, store: { ...store, latestTargetObservations } };
}

/** Of what it does not see it says that the first is gone. */
function accusingFirst(item: TargetObservationItem): TargetObservationItem {
  const [first, ...others] = item.verdicts;
  if (first === undefined) return item;
  const gone = { ...first, failure: 'target-unreachable' as const, since: item.at - 3000 };
  return { ...item, blind: false, verdicts: [gone, ...others] };
}

export const goodCapacityRemoved: Exhibit = exhibit({
  name: 'good-capacity-removed',
  incident:
    'a clean-up that takes out all that its plan does not name, and the plan names the failed one alone',
  invariant: 'I-03',
  ports: ({ front }) => {
    const { elb } = front;
    const deregister: typeof elb.deregister = async (group, target) => {
      const outcome = await elb.deregister(group, target);
      for (const other of await elb.targetHealth(group)) await elb.deregister(group, other);
      return outcome;
    };
    return { front: { ...front, elb: { ...elb, deregister } } };
  },
  faults: (random) => hangs([random.between(0, 2)], 60, 100),
});

export const shiftsStay: Exhibit = exhibit({
  name: 'shifts-stay',
  incident: 'a shift that was started by hand and forgotten: the next loss of a zone found one zone less',
  invariant: 'I-14',
  ports: ({ front }) => ({
    front: { ...front, shift: { ...front.shift, cancel: () => Promise.resolve({ outcome: 'accepted' }) } },
  }),
  faults: (random) => {
    const lost = { zone: 'us-east-1b', way: 'partition' as const };
    return [{ tier: 'front', id: 'F-24', ...lost, ...span(60 + random.between(0, 10), 130) }];
  },
});

export const shiftWithoutCapacity: Exhibit = {
  name: 'shift-without-capacity',
  incident:
    'AWS, October 2025: balancers left whole zones on checks that flapped, and took away capacity that was needed',
  invariant: 'I-35',
  fronted: true,
  defect: { name: 'shift-without-capacity', front: { peakRequests: 1 } },
  faults: (random) => {
    const from = 40 + random.between(0, 15);
    // A task of the second zone is being replaced, which takes half a minute, when the first zone goes gray.
    return [
      { tier: 'front', id: 'F-01', slot: 1, from: at(from) },
      { tier: 'front', id: 'F-24', zone: 'us-east-1a', way: 'hang', ...span(from + 20, from + 70) },
    ];
  },
};

export const otherVersionDiscarded: Exhibit = exhibit({
  name: 'other-version-discarded',
  incident:
    'Knight Capital, August 2012: seven of eight servers got the new version, and the eighth read it by the old one',
  invariant: 'I-14',
  ports: ({ front }) => {
    const { store } = front;
    const readTargets = async (env: string) => {
      const item = await store.readTargets(env);
      return item?.memory === undefined ? null : item;
    };
    return { front: { ...front, store: { ...store, readTargets } } };
  },
  faults: (random) => [
    { id: 'F-39', folder: 'dns-failover', share: 0.5, ...span(30, 170) },
    ...hangs([random.between(0, 2)], 60, 100),
  ],
});

export const poolRetriesWithoutBudget: Exhibit = {
  name: 'pool-retries-without-budget',
  incident:
    'us-east-1, December 2021: clients that try again at once kept the congestion up that they fled from',
  invariant: 'I-23',
  fronted: true,
  defect: {
    name: 'pool-retries-without-budget',
    front: {
      limits: {
        retry: { extraShare: 10, savedMax: 100_000, attemptsMax: 3, windowMs: 10_000 },
        member: { ...SERVICE_POOL_DEFAULTS.member, errorsMax: 1_000_000, latesMax: 1_000_000 },
        avoidMs: 0,
      },
    },
  },
  faults: () => [0, 1, 2].map((instance) => ({ tier: 'front', id: 'F-01', instance, ...span(40, 170) })),
};
