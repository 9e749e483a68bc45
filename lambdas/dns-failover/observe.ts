import {
  asksForShifts,
  mergeTargets,
  NO_FRONT_MEMORY,
  votingOf,
  type DescribedTarget,
  type FrontFacts,
  type ManagedBalancer,
} from '../../core/front/index.ts';
import type {
  Clock,
  EdgeProbe,
  ElbControl,
  FrontStore,
  Log,
  Metrics,
  StateStore,
  ZonalShift,
} from '../../core/ports/index.ts';
import { frontLedgerId, type TargetsItem } from '../../core/state/front-items.ts';
import type { ClearanceDesk, HeldLease } from '../shared/clearance.ts';
import type { Invocation } from '../shared/invocation.ts';
import { edgeThresholds, webThresholds } from '../shared/thresholds.ts';
import type { FrontSettings } from './settings.ts';

/** What a recovery may use. The hosted zone is not among it. */
export interface RecoveryPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly front: FrontStore;
  readonly elb: ElbControl;
  readonly shift: ZonalShift;
  readonly edge: EdgeProbe;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface FrontContext {
  readonly ports: RecoveryPorts;
  readonly settings: FrontSettings;
  readonly desks: { readonly web: ClearanceDesk; readonly edge: ClearanceDesk };
  readonly held: HeldLease;
  readonly invocation: Invocation;
  /** Addresses of tasks that have stopped, as the event tells. */
  readonly stopped: readonly string[];
}

export interface Observed {
  readonly facts: FrontFacts;
  readonly known: TargetsItem | null;
}

/** More than the recoveries of any window. */
const LEDGER_COUNT = 200;

export async function observeFront({ ports, settings, stopped }: FrontContext): Promise<Observed> {
  const { store, front, clock } = ports;
  const { env, zones, targetGroups, balancers, functionName, requestsPerTarget, peakRequests } = settings;
  const [web, edge, known, recent, observations, answers] = await Promise.all([
    webThresholds(store),
    edgeThresholds(store),
    front.readTargets(env),
    store.recentLedger(frontLedgerId(env), LEDGER_COUNT),
    front.latestTargetObservations(zones),
    Promise.all(targetGroups.map((group) => describe(ports, group))),
  ]);
  const now = clock.now();
  const ledger = recent.filter((item) => item.function === functionName);
  const answering = new Map(
    votingOf({ observations, zones, env, now, web })
      .flatMap(({ samples }) => samples)
      .filter(({ reach }) => reach === 'ok')
      .toSorted((a, b) => a.at - b.at)
      .map(({ memberId, at }) => [memberId, at]),
  );
  const gone = { stopped, answering, forgetMs: web['forget-ms'] };
  const targets = mergeTargets({ now, known, described: answers, ledger, ...gone });
  const seen: FrontFacts = {
    now,
    env,
    zones,
    web,
    edge,
    groups: targetGroups.map((targetGroup, index) => ({ targetGroup, balancer: balancers[index]! })),
    described: byName(targetGroups, answers),
    targets,
    memory: known?.memory ?? NO_FRONT_MEMORY,
    observations,
    ledger,
    managed: {},
    capacity: { requestsPerTarget, peakRequests },
  };
  if (!asksForShifts(seen, known?.shifted ?? [])) return { facts: seen, known };
  const managed = byName(balancers, await Promise.all(balancers.map((one) => askShifts(ports, one))));
  return { facts: { ...seen, managed, now: clock.now() }, known };
}

async function describe(
  { elb, log }: RecoveryPorts,
  targetGroup: string,
): Promise<readonly DescribedTarget[] | null> {
  try {
    return await elb.targetHealth(targetGroup);
  } catch (error) {
    log.warn('the balancer cannot be asked', { targetGroup, error: String(error) });
    return null;
  }
}

async function askShifts({ shift, log }: RecoveryPorts, balancer: string): Promise<ManagedBalancer | null> {
  try {
    return await shift.managed(balancer);
  } catch (error) {
    log.warn('it cannot be asked what is shifted', { balancer, error: String(error) });
    return null;
  }
}

/** Who did not answer is not there. */
function byName<T>(names: readonly string[], answers: readonly (T | null)[]): Readonly<Record<string, T>> {
  return Object.fromEntries(
    answers.flatMap((answer, index) => (answer === null ? [] : [[names[index]!, answer]])),
  );
}
