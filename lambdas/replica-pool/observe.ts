import { ENDPOINT_CALL, type MemberFact, type PoolFacts } from '../../core/database/index.ts';
import type { Clock, DatabaseControl, Log, Metrics, StateStore } from '../../core/ports/index.ts';
import type { LedgerItem } from '../../core/state/items.ts';
import type { ClearanceDesk, HeldLease } from '../shared/clearance.ts';
import { standingDenial, tellDenial } from '../shared/denials.ts';
import type { ControllerSettings } from '../shared/environment.ts';
import type { Invocation } from '../shared/invocation.ts';
import { databaseThresholds } from '../shared/thresholds.ts';

export interface PoolPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly control: DatabaseControl;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface PoolSettings extends ControllerSettings {
  /** DBClusterEndpointIdentifier of the READER custom endpoint; null when there is none. */
  readonly endpointId: string | null;
}

export interface PoolContext {
  readonly ports: PoolPorts;
  readonly settings: PoolSettings;
  readonly desk: ClearanceDesk;
  readonly held: HeldLease;
  readonly invocation: Invocation;
  /** What AWS said earlier in this invocation: it is asked once, as neither changes by itself. */
  readonly asked: AskedOnce;
}

export interface AskedOnce {
  members: readonly MemberFact[] | null;
  excluded: readonly string[] | null;
}

export interface PoolView {
  readonly facts: PoolFacts;
  readonly ledger: readonly LedgerItem[];
}

const LEDGER_COUNT = 10;

export async function observe(context: PoolContext): Promise<PoolView> {
  const { ports, settings, held } = context;
  const { store, clock } = ports;
  const [thresholds, observations, outcomes, pool, recent] = await Promise.all([
    databaseThresholds(store),
    store.latestObservations(settings.zones),
    store.outcomes(settings.applications),
    store.readPool(settings.clusterId),
    store.recentLedger(settings.clusterId, LEDGER_COUNT),
  ]);
  await askAws(context);
  const ledger = recent.filter((item) => item.function === settings.functionName);
  const hold = { now: clock.now(), holdMs: thresholds['cooldown-ms'] };
  const denial = standingDenial(ledger, ENDPOINT_CALL, hold);
  if (denial !== null) ports.log.warn(tellDenial(ENDPOINT_CALL, denial));
  const facts: PoolFacts = {
    now: clock.now(),
    clusterId: settings.clusterId,
    epoch: held.lease.token,
    thresholds,
    members: context.asked.members ?? settings.memberIds.map((id) => ({ id, az: 'unknown' })),
    observations: observations.filter((item) => item.env === settings.env),
    outcomes,
    pool,
    // What may not be edited is left alone: the pools of the applications follow the record, not the endpoint.
    excluded: denial === null ? context.asked.excluded : null,
  };
  return { facts, ledger };
}

/** The pool is kept without AWS as well: zones are then unknown and the custom endpoint waits. */
async function askAws({ ports, settings, asked }: PoolContext): Promise<void> {
  const { clusterId, endpointId, memberIds } = settings;
  try {
    if (asked.members === null) {
      const { members } = await ports.control.describe(clusterId);
      const zones = new Map(members.map(({ id, az }) => [id, az]));
      asked.members = memberIds.map((id) => ({ id, az: zones.get(id) ?? 'unknown' }));
    }
    if (asked.excluded === null && endpointId !== null) {
      asked.excluded = await ports.control.excludedMembers(clusterId, endpointId);
    }
  } catch (error) {
    ports.log.warn('AWS cannot be asked about the cluster', { error: String(error) });
  }
}
