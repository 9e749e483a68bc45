import { mergeTargets, removalsIn, type DescribedTarget } from '../../core/front/index.ts';
import type { Clock, ElbControl, FrontStore, Log, Metrics, StateStore } from '../../core/ports/index.ts';
import { frontLedgerId, type TargetsItem } from '../../core/state/front-items.ts';
import type { ClearanceDesk, HeldLease } from '../shared/clearance.ts';
import type { Invocation } from '../shared/invocation.ts';
import type { FrontSettings } from './settings.ts';

export interface FrontPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly front: FrontStore;
  readonly elb: ElbControl;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface FrontContext {
  readonly ports: FrontPorts;
  readonly settings: FrontSettings;
  readonly desk: ClearanceDesk;
  readonly held: HeldLease;
  readonly invocation: Invocation;
  /** Addresses of tasks that have stopped. */
  readonly stopped: readonly string[];
}

const LEDGER_COUNT = 200;

export async function observeTargets({ ports, settings, held, stopped }: FrontContext): Promise<TargetsItem> {
  const { store, front, clock } = ports;
  const { env, targetGroups, healthPath, functionName } = settings;
  const [known, recent, described] = await Promise.all([
    front.readTargets(env),
    store.recentLedger(frontLedgerId(env), LEDGER_COUNT),
    Promise.all(targetGroups.map((group) => describe(ports, group))),
  ]);
  const now = clock.now();
  const ledger = recent.filter((item) => item.function === functionName);
  const targets = mergeTargets({ now, known, described, ledger, stopped });
  const zoneOf = (memberId: string): string =>
    targets.find((entry) => entry.memberId === memberId)?.az ?? 'unknown';
  return {
    kind: 'targets',
    env,
    epoch: held.lease.token,
    at: now,
    healthPath,
    targets,
    removals: removalsIn(ledger).map((removal) => ({ ...removal, az: zoneOf(removal.memberId) })),
    shifted: known?.shifted ?? [],
    ...(known?.memory === undefined ? {} : { memory: known.memory }),
  };
}

async function describe(
  { elb, log }: FrontPorts,
  targetGroup: string,
): Promise<readonly DescribedTarget[] | null> {
  try {
    return await elb.targetHealth(targetGroup);
  } catch (error) {
    log.warn('the balancer cannot be asked', { targetGroup, error: String(error) });
    return null;
  }
}
