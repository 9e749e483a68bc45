/**
 * A planned change of the writer. It works under the lease of write-failover, so that no automatic failover begins
 * meanwhile; it names its target and calls once. It is written into the ledger under its own name and so starts no
 * cooldown: a genuine loss right after it may still be healed.
 */

import {
  decideSwitchover,
  moveRecovery,
  openSwitchover,
  SWITCHOVER_STEP,
  viewpoints,
  withStep,
  type SwitchoverDecision,
  type SwitchoverFacts,
  type SwitchoverRefusal,
} from '../core/database/index.ts';
import type { CallOutcome, Clock, DatabaseControl, Lease, StateStore } from '../core/ports/index.ts';
import type { LedgerItem, ObservationItem } from '../core/state/items.ts';
import { WRITER_LEASE } from '../lambdas/shared/contract.ts';
import { databaseThresholds } from '../lambdas/shared/thresholds.ts';
import type { Deployment } from './deployment.ts';
import { closeLost, followSwitchover, type Followed } from './switchover-follow.ts';

export interface SwitchoverPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly control: DatabaseControl;
  /** Every observation of the environment's probers since then, epoch ms. */
  history(sinceMs: number): Promise<readonly ObservationItem[]>;
  say(line: string): void;
}

export interface SwitchoverRequest {
  readonly deployment: Omit<Deployment, 'table'>;
  /** The member to promote; null takes the one that a failover would take. */
  readonly to: string | null;
  readonly why: string;
  /** Who asks, as AWS names them. */
  readonly actor: string;
  /** Unique to this run: the holder of the lease. */
  readonly holder: string;
  readonly signal: AbortSignal;
}

export type SwitchoverResult =
  | ({
      readonly state: 'refused';
      readonly cause: SwitchoverRefusal | 'lease-held' | 'overtaken' | 'interrupted';
    } & {
      readonly reason: string;
      readonly fix: string;
    })
  | ({ readonly state: 'switched' | 'failed' } & Followed);

/** A stream event keeps the lease for about a second; a recovery for longer, and then this is refused. */
const LEASE_WAIT_MS_MAX = 15_000;
const LEASE_POLL_MS = 500;
const LEDGER_COUNT = 20;

export async function switchover(
  ports: SwitchoverPorts,
  request: SwitchoverRequest,
): Promise<SwitchoverResult> {
  const held = await waitForLease(ports, request);
  if (held === null) return refuseForLease(ports);
  try {
    await closeLost(ports, await observe(ports, request), held.lease.token);
    const facts = await observe(ports, request);
    const decision = decideSwitchover(facts, request.to);
    if (decision.state === 'refused') return decision;
    return await act(ports, request, { held, facts, decision });
  } finally {
    await ports.store.releaseLease(held.lease, ports.clock.now()).catch(() => false);
  }
}

/** A lease with its end by the monotonic clock: a wall clock that steps cannot prolong it. */
interface Held {
  lease: Lease;
  untilMonotonic: number;
}

interface Cleared {
  readonly held: Held;
  readonly facts: SwitchoverFacts;
  readonly decision: Extract<SwitchoverDecision, { state: 'switchover' }>;
}

async function act(
  ports: SwitchoverPorts,
  request: SwitchoverRequest,
  { held, facts, decision }: Cleared,
): Promise<SwitchoverResult> {
  const { clock, store, control } = ports;
  const { clusterId } = request.deployment;
  const { actor, why } = request;
  if (request.signal.aborted)
    return refuse('interrupted', 'interrupted before anything was changed', 'try again');
  const record = { decision, clusterId, epoch: held.lease.token, now: clock.now(), actor, why };
  const intent = openSwitchover(record);
  if (!(await store.appendLedger(intent))) return refuse('overtaken', 'it is on record already', 'try again');
  const stale = whyNotNow(ports, held, facts);
  if (stale !== null) {
    await settle(ports, intent, { state: 'aborted', outcome: 'skipped', detail: stale });
    return refuse('overtaken', `${stale}; nothing was called`, 'try again');
  }
  ports.say(`calling for the failover of ${clusterId} to ${decision.target} (${decision.reason})`);
  const calledAt = clock.monotonic();
  const outcome = await callOnce(() => control.failover(clusterId, decision.target));
  const callMs = Math.round(clock.monotonic() - calledAt);
  const detail = outcome.outcome === 'accepted' ? null : outcome.code;
  const state = outcome.outcome === 'refused' ? 'aborted' : 'waiting';
  const item = await settle(ports, intent, { state, outcome: outcome.outcome, detail });
  if (outcome.outcome === 'refused') {
    const reason = `AWS refused the call: ${outcome.code}`;
    return {
      state: 'failed',
      ...sides(item, decision.target),
      reason,
      callMs,
      writerSeenMs: null,
      writesAwayMs: null,
    };
  }
  ports.say(
    `AWS's answer: ${outcome.outcome}; waiting until the members and the probers name the new writer`,
  );
  const followed = await followSwitchover(ports, {
    item,
    callMs,
    calledAt,
    renew: () => renew(ports, held),
    observe: () => observe(ports, request),
    signal: request.signal,
  });
  return { state: followed.to === followed.after ? 'switched' : 'failed', ...followed };
}

function sides(item: LedgerItem, to: string): Pick<Followed, 'recovery' | 'epoch' | 'from' | 'to' | 'after'> {
  return { recovery: item.id, epoch: item.epoch, from: item.before, to, after: null };
}

/** Looked at again right before the call: a process that was suspended in between must not act on old facts. */
function whyNotNow({ clock }: SwitchoverPorts, held: Held, facts: SwitchoverFacts): string | null {
  const leftMs = held.untilMonotonic - clock.monotonic();
  if (leftMs < WRITER_LEASE.requestMs) return `the lease ends in ${Math.round(leftMs)} ms`;
  const ageMsMax = facts.thresholds['observation-age-ms-max'];
  const { voting } = viewpoints(facts.observations, { now: facts.now, ageMsMax });
  const ageMs = clock.now() - Math.min(facts.cluster?.at ?? 0, ...voting.map(({ at }) => at));
  return ageMs > ageMsMax ? `the evidence is ${ageMs} ms old` : null;
}

async function settle(
  { store, clock }: SwitchoverPorts,
  item: LedgerItem,
  to: {
    readonly state: 'waiting' | 'aborted';
    readonly outcome: 'accepted' | 'refused' | 'unknown' | 'skipped';
    readonly detail: string | null;
  },
): Promise<LedgerItem> {
  const { outcome, detail } = to;
  const steps = withStep(item, SWITCHOVER_STEP, { outcome, detail });
  const settled = moveRecovery(item, to.state, { now: clock.now(), steps });
  await store.updateLedger(settled);
  return settled;
}

/** A port that throws has not said whether the call took effect. */
async function callOnce(call: () => Promise<CallOutcome>): Promise<CallOutcome> {
  try {
    return await call();
  } catch (error) {
    return { outcome: 'unknown', code: error instanceof Error ? error.name : 'error' };
  }
}

export async function observe(
  { store, control, clock }: Pick<SwitchoverPorts, 'store' | 'control' | 'clock'>,
  { deployment }: Pick<SwitchoverRequest, 'deployment'>,
): Promise<SwitchoverFacts> {
  const { clusterId, memberIds, zones, env } = deployment;
  const [thresholds, observations, ledger, cluster] = await Promise.all([
    databaseThresholds(store),
    store.latestObservations(zones),
    store.recentLedger(clusterId, LEDGER_COUNT),
    control.describe(clusterId).catch(() => null),
  ]);
  const own = observations.filter((item) => item.env === env);
  return { now: clock.now(), clusterId, thresholds, memberIds, observations: own, cluster, ledger };
}

async function waitForLease(ports: SwitchoverPorts, request: SwitchoverRequest): Promise<Held | null> {
  const { clock, store } = ports;
  const giveUpAt = clock.monotonic() + LEASE_WAIT_MS_MAX;
  for (;;) {
    const asked = clock.monotonic();
    const { name, ms } = WRITER_LEASE;
    const lease = await store.acquireLease({ name, holder: request.holder, now: clock.now(), ms });
    if (lease !== null) return { lease, untilMonotonic: asked + ms };
    if (request.signal.aborted || clock.monotonic() >= giveUpAt) return null;
    await clock.sleep(LEASE_POLL_MS);
  }
}

async function renew({ clock, store }: SwitchoverPorts, held: Held): Promise<void> {
  const asked = clock.monotonic();
  const lease = await store.renewLease(held.lease, { now: clock.now(), ms: WRITER_LEASE.ms });
  if (lease === null) return;
  held.lease = lease;
  held.untilMonotonic = asked + WRITER_LEASE.ms;
}

async function refuseForLease({ store }: SwitchoverPorts): Promise<SwitchoverResult> {
  const lease = await store.readLease(WRITER_LEASE.name);
  const until = lease === null ? '' : `, until ${new Date(lease.until).toISOString()} at the latest`;
  return refuse(
    'lease-held',
    `write-failover, or another switchover, works on the cluster${until}`,
    'see what it does, and try again',
  );
}

function refuse(
  cause: Extract<SwitchoverResult, { state: 'refused' }>['cause'],
  reason: string,
  fix: string,
): SwitchoverResult {
  return { state: 'refused', cause, reason, fix };
}
