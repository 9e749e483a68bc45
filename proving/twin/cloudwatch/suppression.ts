/**
 * When a composite alarm with a suppressor runs its actions.
 *
 * Source: Amazon CloudWatch User Guide, "Composite alarm actions suppression". On a state change the alarm waits
 * up to the wait period for the suppressor to go into ALARM; while the suppressor is in ALARM no action runs; after
 * it leaves ALARM the alarm stays quiet for the extension period. Then the actions of the state it is in run, if
 * that state has not been acted on yet.
 */

import type { AlarmState } from './types.ts';

export interface SuppressionRule {
  readonly waitMs: number;
  readonly extensionMs: number;
}

export interface Suppression {
  /** The state whose actions ran last (or the first state). */
  readonly actedOn: AlarmState;
  /** When the present state began; null once it has been acted on. */
  readonly changedAt: number | null;
  readonly suppressorInAlarm: boolean;
  /** When the suppressor last left ALARM; null if it never did. */
  readonly releasedAt: number | null;
}

export interface SuppressionStep {
  readonly next: Suppression;
  /** True: run the actions of the present state now. */
  readonly act: boolean;
  readonly suppressedBy: 'Alarm' | 'WaitPeriod' | 'ExtensionPeriod' | null;
}

export function initialSuppression(state: AlarmState): Suppression {
  return { actedOn: state, changedAt: null, suppressorInAlarm: false, releasedAt: null };
}

export function stepSuppression(
  rule: SuppressionRule,
  memory: Suppression,
  seen: { state: AlarmState; suppressor: AlarmState | undefined; now: number },
): SuppressionStep {
  const suppressorInAlarm = seen.suppressor === 'ALARM';
  const releasedAt = memory.suppressorInAlarm && !suppressorInAlarm ? seen.now : memory.releasedAt;
  const pending = seen.state !== memory.actedOn;
  const changedAt = pending ? (memory.changedAt ?? seen.now) : null;
  const next: Suppression = { actedOn: memory.actedOn, changedAt, suppressorInAlarm, releasedAt };
  if (changedAt === null) return { next, act: false, suppressedBy: null };
  if (suppressorInAlarm) return { next, act: false, suppressedBy: 'Alarm' };
  if (releasedAt !== null && seen.now < releasedAt + rule.extensionMs) {
    return { next, act: false, suppressedBy: 'ExtensionPeriod' };
  }
  // A suppressor that left ALARM after the change has been waited for already.
  const waited = releasedAt !== null && releasedAt >= changedAt;
  if (!waited && seen.now < changedAt + rule.waitMs) return { next, act: false, suppressedBy: 'WaitPeriod' };
  return { next: { ...next, actedOn: seen.state, changedAt: null }, act: true, suppressedBy: null };
}
