/** Defects of the throttled service: leases without end, nothing learnt, one queue for all, retries without bound. */

import { aimd } from '../../../core/limits/index.ts';
import type { FunctionPorts } from '../control/defect.ts';
import { at, span, type Exhibit } from './exhibit.ts';

/** As long as a lease may last at all. */
const LONGEST_MS = 300_000;

export const leaseWithoutEnd: Exhibit = {
  name: 'lease-without-end',
  incident:
    'a share that nobody renews and nobody takes back (the reason for the safe capacity of Doorman, 2016)',
  invariant: 'lease-safety',
  throttled: true,
  defect: {
    name: 'lease-without-end',
    service: {
      leases: (store) => ({
        ...store,
        lease: async (...which) => {
          const item = await store.lease(...which);
          return item === null ? null : { ...item, until: item.at + LONGEST_MS };
        },
      }),
    },
  },
  faults: (random) => [
    { id: 'F-40', table: 'throttle', effect: 'lost', ...span(80 + random.between(0, 20), 170) },
  ],
};

export const nobodyLearns: Exhibit = {
  name: 'nobody-learns',
  incident:
    'a server of shares came back without memory and gave all to whoever asked first (the reason for learning in Doorman, 2016)',
  invariant: 'lease-safety',
  throttled: true,
  defect: {
    name: 'nobody-learns',
    ports: (ports) => withoutMemory(ports),
  },
  // One instance has started later than the others, so that they do not report at one time.
  faults: (random) => [
    { id: 'F-01', place: 0, from: at(38 + random.between(0, 8)) },
    { id: 'F-40', table: 'throttle', effect: 'lost', ...span(95, 155 + random.between(0, 10)) },
  ],
};

/** Every plan is taken for one of many. */
function withoutMemory(ports: FunctionPorts): FunctionPorts {
  const readPlan: FunctionPorts['throttle']['readPlan'] = async (resource) => {
    const plan = await ports.throttle.readPlan(resource);
    return plan === null ? null : { ...plan, at: ports.clock.now(), since: 0 };
  };
  return { ...ports, throttle: { ...ports.throttle, readPlan } };
}

export const oneLimitForAll: Exhibit = {
  name: 'one-limit-for-all',
  incident:
    'one caller surges and a shared limit drops everybody alike (the reason for limits by caller: Google SRE, Handling Overload)',
  invariant: 'I-24',
  throttled: true,
  defect: {
    name: 'one-limit-for-all',
    service: { throttle: { keyOf: () => 'all', limitOf: () => ({ perSecond: 20, burst: 20 }) } },
  },
  faults: (random) => [{ id: 'F-38', load: 'flood', times: 100, ...span(110 + random.between(0, 10), 150) }],
};

const NEVER_MS = 3_600_000;

export const queueWithoutEnd: Exhibit = {
  name: 'queue-without-end',
  incident:
    'AWS, October 2025: the queue of host leases collapsed under a backlog that timed out before it was worked off',
  invariant: 'I-25',
  throttled: true,
  defect: {
    name: 'queue-without-end',
    service: {
      throttle: {
        concurrency: aimd({ min: 1000, start: 1000 }),
        gate: { waitersMax: 1_000_000, waitMsMax: NEVER_MS, newestFirstMs: NEVER_MS },
      },
    },
  },
  faults: (random) => {
    const from = 90 + random.between(0, 10);
    return [
      { id: 'F-24', slotShare: 0.5, ...span(from, 170) },
      { id: 'F-38', load: 'surge', times: 5, ...span(from, 170) },
    ];
  },
};

export const retriesWithoutBudget: Exhibit = {
  name: 'retries-without-budget',
  incident:
    'AWS us-east-1, December 2021: clients that came again at once kept a network congested for hours',
  invariant: 'I-23',
  throttled: true,
  defect: { name: 'retries-without-budget', service: { habit: 'without-budget' } },
  faults: (random) => [{ id: 'F-24', slotShare: 0.5, ...span(90 + random.between(0, 10), 150) }],
};
