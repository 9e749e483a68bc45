/**
 * The frame of a controller: under its lease, observe, decide and act, and look again while a decision waits
 * for something near. Level-triggered: what woke it is forgotten, only what is observed counts (I-11).
 */

import type { Clock, Lease, Log, StateStore } from '../../core/ports/index.ts';
import type { HeldLease } from './clearance.ts';
import type { Invocation } from './invocation.ts';

export interface ControllerOptions {
  readonly lease: string;
  readonly leaseMs: number;
  /** Time that a call may take at most: no turn begins when less is left. */
  readonly callMs: number;
}

export interface Turn {
  /** When to look again, epoch ms; null when only an event can change anything. */
  readonly reviewAt: number | null;
  readonly summary: string;
}

export interface ControllerReport {
  readonly ran: boolean;
  readonly turns: number;
  readonly summary: string;
}

interface Ports {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly log: Log;
}

const TICK_MS = 1000;
const TICK_MS_MIN = 100;
const TURNS_MAX = 60;
const LEASE_TRIES_MAX = 30;
/** What a turn needs besides its slowest call. */
const TURN_MARGIN_MS = 3000;

export async function runController(
  ports: Ports,
  options: ControllerOptions,
  invocation: Invocation,
  turn: (held: HeldLease) => Promise<Turn>,
): Promise<ControllerReport> {
  const held = await waitForLease(ports, options, invocation);
  if (held === null) return { ran: false, turns: 0, summary: 'another invocation holds the lease' };
  try {
    return await takeTurns(ports, options, invocation, () => turn(held));
  } finally {
    await release(ports, held.lease);
  }
}

async function takeTurns(
  { clock }: Ports,
  options: ControllerOptions,
  invocation: Invocation,
  turn: () => Promise<Turn>,
): Promise<ControllerReport> {
  let summary = '';
  for (let turns = 1; turns <= TURNS_MAX; turns += 1) {
    const { reviewAt, summary: said } = await turn();
    summary = said;
    if (reviewAt === null) return { ran: true, turns, summary };
    const waitMs = Math.max(TICK_MS_MIN, Math.min(TICK_MS, reviewAt - clock.now()));
    if (invocation.remainingMs() - waitMs < options.callMs + TURN_MARGIN_MS) {
      return { ran: true, turns, summary };
    }
    await clock.sleep(waitMs);
  }
  return { ran: true, turns: TURNS_MAX, summary };
}

/** An invocation that died keeps its lease until the lease ends; the next one waits for it while it can. */
async function waitForLease(
  { clock, store }: Ports,
  options: ControllerOptions,
  invocation: Invocation,
): Promise<HeldLease | null> {
  for (let attempt = 0; attempt < LEASE_TRIES_MAX; attempt += 1) {
    const asked = clock.monotonic();
    const lease = await store.acquireLease({
      name: options.lease,
      holder: invocation.requestId,
      now: clock.now(),
      ms: options.leaseMs,
    });
    if (lease !== null) return { lease, untilMonotonic: asked + options.leaseMs };
    if (invocation.remainingMs() - TICK_MS < options.callMs + TURN_MARGIN_MS) return null;
    await clock.sleep(TICK_MS);
  }
  return null;
}

/** A release that fails costs only time: the lease ends by itself. */
async function release({ store, clock, log }: Ports, lease: Lease): Promise<void> {
  try {
    await store.releaseLease(lease, clock.now());
  } catch (error) {
    log.warn('lease not released', { lease: lease.name, error: String(error) });
  }
}
