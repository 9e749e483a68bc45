/** The front table, the balancers, the shifts and the hosted zone as one invocation reaches them. */

import { FRONT_CALLS, memberIdOf, targetOf, type FrontCall } from '../../../core/front/index.ts';
import type { CallOutcome, TargetPlace } from '../../../core/ports/index.ts';
import { REQUEST_TIMEOUT_MS } from '../../../lambdas/dns-failover/contract.ts';
import type { FrontTier } from '../front/index.ts';
import { NAME } from '../front/site.ts';
import type { Service } from '../faults/board.ts';
import type { FrontFunctionPorts } from './defect.ts';
import type { PortSite } from './ports.ts';
import { recordCall } from './record.ts';
import {
  DESCRIBE_BOUNDS,
  errorOf,
  MUTATION_TRIES,
  outcomeOf,
  PROBER_STATE_BOUNDS,
  STATE_BOUNDS,
} from './service-calls.ts';

const TABLE_MS = [3, 12] as const;
const READ_MS = [30, 120] as const;
const CHANGE_MS = [50, 300] as const;

export function frontPorts(site: PortSite, front: FrontTier): FrontFunctionPorts {
  const { watch, world, az } = site;
  const { store } = front;
  return {
    store: {
      readTargets: (env) => table(site, 'GetTargets', () => store.readTargets(env)),
      putTargets: (item) => {
        const made = recordCall(site, { call: 'front:PutTargets', target: item.env, token: item.epoch });
        return table(site, 'PutTargets', async () => {
          const taken = await store.putTargets(item);
          made.settle(taken ? { outcome: 'accepted' } : outcomeOf('lost'), false);
          return taken;
        });
      },
      latestTargetObservations: async (zones) => {
        const items = await table(site, 'GetObservations', () => store.latestTargetObservations(zones));
        watch.facts(world.clock.now());
        if (site.folder === 'dns-failover') watch.observations(items);
        return items;
      },
      putTargetObservation: (item) => table(site, 'PutObservation', () => store.putTargetObservation(item)),
    },
    elb: {
      targetHealth: async (group) => {
        const found = await read(site, 'elb', 'DescribeTargetHealth', () => described(front, group));
        watch.facts(world.clock.now());
        return found;
      },
      register: (group, place) =>
        change(site, 'elb', onTarget('register', group, place), () => front.change('register', group, place)),
      deregister: (group, place) =>
        change(site, 'elb', onTarget('deregister', group, place), () =>
          front.change('deregister', group, place),
        ),
    },
    shift: {
      managed: (balancer) => read(site, 'shift', 'GetManagedResource', () => front.managed(balancer)),
      start: (shift) => {
        const { balancer, zone, minutes, comment } = shift;
        return change(site, 'shift', named({ api: 'start-shift', ...shift }), () =>
          front.startShift(balancer, zone, minutes, comment),
        );
      },
      cancel: (shiftId) => {
        const balancer = front.balancerOf(shiftId);
        return change(site, 'shift', named({ api: 'cancel-shift', balancer, zone: '', shiftId }), () =>
          front.cancelShift(shiftId),
        );
      },
    },
    records: {
      list: (name) =>
        read(site, 'route53', 'ListResourceRecordSets', () =>
          front.names.records.filter((record) => record.name === name),
        ),
      apply: (batch) =>
        change(site, 'route53', { call: FRONT_CALLS.repair, target: NAME }, () => front.applyRecords(batch)),
      resolves: (name) => Promise.resolve(front.names.resolves(name)),
    },
    edge: { ask: () => read(site, null, 'https:ask', () => front.askEdge()) },
    probe: {
      probe: ({ memberId }, { timeoutMs }) => probe(site, front, { az: az ?? '', memberId, timeoutMs }),
    },
  };
}

interface Named {
  readonly call: string;
  readonly target: string;
}

function named(call: FrontCall): Named {
  return { call: FRONT_CALLS[call.api], target: targetOf(call) };
}

function onTarget(
  api: 'register' | 'deregister',
  targetGroup: string,
  { address, port }: TargetPlace,
): Named {
  const memberId = memberIdOf(address, port);
  const target = { memberId, address, port, az: '', registered: true, balancer: null, since: 0 };
  return named({ api, targetGroup, target });
}

function described(front: FrontTier, group: string) {
  const index = front.balancers.findIndex((_, place) => group.includes(front.balancers[place]!.name));
  return front.balancers[index]!.describe();
}

function table<T>(
  { world, invocation, folder }: PortSite,
  name: string,
  effect: () => Promise<T>,
): Promise<T> {
  return invocation.call({
    name: `front:${name}`,
    bounds: folder === 'health-check' ? PROBER_STATE_BOUNDS : STATE_BOUNDS,
    compares: true,
    strike: () => world.board.strike('front'),
    latencyMs: () => world.random.between(...TABLE_MS),
    effect,
    failed: (fault) => {
      throw errorOf(fault);
    },
  });
}

function read<T>(
  { world, invocation }: PortSite,
  service: Service | null,
  name: string,
  effect: () => T,
): Promise<T> {
  return invocation.call({
    name,
    bounds: DESCRIBE_BOUNDS,
    compares: true,
    strike: () => (service === null ? null : world.board.strike(service)),
    latencyMs: () => world.random.between(...READ_MS),
    effect,
    failed: (fault) => {
      throw errorOf(fault);
    },
  });
}

/** None of these can compare a token: what holds is the lease, the named target, and that nothing is sent twice. */
function change(
  site: PortSite,
  service: Service,
  what: Named,
  effect: () => CallOutcome,
): Promise<CallOutcome> {
  const { world, invocation } = site;
  const made = recordCall(site, what);
  return invocation.call({
    name: what.call,
    bounds: { requestMs: REQUEST_TIMEOUT_MS, tries: MUTATION_TRIES },
    compares: false,
    strike: () => world.board.strike(service),
    latencyMs: () => world.random.between(...CHANGE_MS),
    effect: (answered) => {
      const outcome = effect();
      made.settle(answered ? outcome : outcomeOf('answer-lost'), outcome.outcome === 'accepted');
      return outcome;
    },
    failed: (fault) => {
      const outcome = outcomeOf(fault);
      if (fault !== 'answer-lost') made.settle(outcome, false);
      return outcome;
    },
  });
}

function probe(
  { invocation }: PortSite,
  front: FrontTier,
  { az, memberId, timeoutMs }: { readonly az: string; readonly memberId: string; readonly timeoutMs: number },
) {
  return invocation.call({
    name: `target:${memberId}`,
    bounds: { requestMs: timeoutMs + 1, tries: 1 },
    compares: false,
    strike: () => null,
    latencyMs: () => 0,
    effect: () => front.probe(az, memberId, timeoutMs),
    failed: (fault) => {
      throw errorOf(fault);
    },
  });
}
