/** RDS as one invocation reaches it. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import type { CallOutcome, DatabaseControl } from '../../../core/ports/index.ts';
import { REQUEST_TIMEOUT_MS as FAILOVER_MS } from '../../../lambdas/write-failover/contract.ts';
import { REQUEST_TIMEOUT_MS as ENDPOINT_MS } from '../../../lambdas/replica-pool/contract.ts';
import { CLUSTER } from './deployment.ts';
import type { PortSite } from './ports.ts';
import { recordCall } from './record.ts';
import { DESCRIBE_BOUNDS, errorOf, MUTATION_TRIES, outcomeOf } from './service-calls.ts';
import type { World } from './world.ts';

const DESCRIBE_LATENCY_MS = [60, 250] as const;
const CHANGE_LATENCY_MS = [100, 600] as const;

export function databasePort(site: PortSite): DatabaseControl {
  const { world, watch } = site;
  return {
    describe: async () => {
      // Dated before it is asked, as the real adapter does.
      const at = world.clock.now();
      const description = await ask(site, 'rds:DescribeDBClusters', () => describe(world));
      watch.described(at);
      watch.facts(world.clock.now());
      return { ...description, at };
    },
    excludedMembers: async (_clusterId, endpointId) => {
      const excluded = await ask(site, 'rds:DescribeDBClusterEndpoints', () =>
        world.database.excludedMembers(endpointId),
      );
      watch.facts(world.clock.now());
      return excluded;
    },
    failover: (clusterId, target) =>
      change(site, {
        call: 'rds:FailoverDBCluster',
        target,
        requestMs: FAILOVER_MS,
        effect: () => (clusterId === CLUSTER ? world.database.failover(target) : NOT_FOUND),
        changed: () => true,
      }),
    setExcludedMembers: (endpointId, excluded) => {
      let before: readonly string[] | null = null;
      return change(site, {
        call: 'rds:ModifyDBClusterEndpoint',
        target: endpointId,
        requestMs: ENDPOINT_MS,
        effect: () => {
          before = world.database.excludedMembers(endpointId);
          return world.database.setExcludedMembers(endpointId, excluded);
        },
        changed: () => [...(before ?? [])].toSorted().join() !== [...excluded].toSorted().join(),
      });
    },
  };
}

const NOT_FOUND: CallOutcome = {
  outcome: 'refused',
  code: 'DBClusterNotFoundFault',
  conflict: false,
  retryable: false,
};

/** What RDS says: the truth, or an older version of it (F-14). */
function describe(world: World): DescribedCluster {
  const now = world.database.describe();
  world.descriptions.record(now);
  const stale = world.board.staleDescription();
  const older = stale === null ? null : world.descriptions.back(stale.versionsBack);
  if (stale === null || older === null) return now;
  stale.took();
  world.rare('stale description served');
  return older;
}

function ask<T>({ world, invocation }: PortSite, name: string, effect: () => T): Promise<T> {
  return invocation.call({
    name,
    bounds: DESCRIBE_BOUNDS,
    compares: true,
    strike: () => world.board.strike('rds'),
    latencyMs: () => world.random.between(...DESCRIBE_LATENCY_MS),
    effect,
    failed: (fault) => {
      throw errorOf(fault);
    },
  });
}

interface Change {
  readonly call: string;
  readonly target: string;
  readonly requestMs: number;
  readonly effect: () => CallOutcome;
  /** Whether an accepted call left anything different. */
  readonly changed: () => boolean;
}

/** RDS cannot compare a token: what holds here is the lease, the name of the target, and that nothing is sent twice. */
function change(site: PortSite, { call, target, requestMs, effect, changed }: Change): Promise<CallOutcome> {
  const { world, invocation } = site;
  const made = recordCall(site, { call, target });
  return invocation.call({
    name: call,
    bounds: { requestMs, tries: MUTATION_TRIES },
    compares: false,
    strike: () => world.board.strike('rds'),
    latencyMs: () => world.random.between(...CHANGE_LATENCY_MS),
    effect: (answered) => {
      const outcome = effect();
      const told: CallOutcome = answered ? outcome : outcomeOf('answer-lost');
      made.settle(told, outcome.outcome === 'accepted' && changed());
      if (invocation.end !== null) world.rare('database changed after its function ended');
      return outcome;
    },
    failed: (fault) => {
      const outcome = outcomeOf(fault);
      if (fault !== 'answer-lost') made.settle(outcome, false);
      return outcome;
    },
  });
}
