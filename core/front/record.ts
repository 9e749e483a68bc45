/** How what dns-failover does is written down: one recovery an action, each of its calls a step (I-36). */

import type { Failure } from '../failures.ts';
import { frontLedgerId } from '../state/front-items.ts';
import type { LedgerItem, LedgerStep, Mode } from '../state/items.ts';
import type { FrontAction, FrontActionKind, FrontCall } from './facts.ts';
import type { RepairAction } from './records/types.ts';

/** The AWS call of each of ours, as the ledger names it. */
export const FRONT_CALLS = {
  deregister: 'elasticloadbalancing:DeregisterTargets',
  register: 'elasticloadbalancing:RegisterTargets',
  'start-shift': 'arc-zonal-shift:StartZonalShift',
  'cancel-shift': 'arc-zonal-shift:CancelZonalShift',
  repair: 'route53:ChangeResourceRecordSets',
} as const satisfies Readonly<Record<FrontCall['api'] | 'repair', string>>;

const FAILURE: Readonly<Record<FrontActionKind | 'repair', Failure>> = {
  deregister: 'target-unreachable',
  register: 'target-unreachable',
  shift: 'zone-gray',
  'renew-shift': 'zone-gray',
  'cancel-shift': 'zone-gray',
  repair: 'record-drifted',
};

const BEFORE: Readonly<Record<FrontActionKind | 'repair', string>> = {
  deregister: 'registered',
  register: 'deregistered',
  shift: 'in service',
  'renew-shift': 'shifted',
  'cancel-shift': 'shifted',
  repair: 'drifted',
};

export interface NewFrontRecovery {
  readonly action: FrontAction | RepairAction;
  readonly env: string;
  readonly function: string;
  readonly epoch: number;
  readonly now: number;
  readonly mode: Mode;
}

export function openFrontRecovery({ action, env, mode, now, epoch, ...made }: NewFrontRecovery): LedgerItem {
  const { kind, memberId, reason, evidence } = action;
  return {
    kind: 'ledger',
    id: `${kind}-${memberId.replaceAll(/[^A-Za-z0-9.-]/g, '-')}-${epoch}-${now}`,
    clusterId: frontLedgerId(env),
    function: made.function,
    epoch,
    startedAt: now,
    updatedAt: now,
    state: mode === 'act' ? 'planned' : 'observed',
    failure: FAILURE[kind],
    memberId,
    mode,
    reason,
    evidence,
    steps: stepsOf(action, mode),
    before: BEFORE[kind],
    after: null,
    actor: made.function,
  };
}

function stepsOf(action: FrontAction | RepairAction, mode: Mode): readonly LedgerStep[] {
  const outcome = mode === 'act' ? ('pending' as const) : ('skipped' as const);
  const rest = { reason: action.reason, at: null, outcome, detail: null };
  if (action.kind === 'repair') {
    return [{ name: stepName(action.kind, 0), call: FRONT_CALLS.repair, target: action.memberId, ...rest }];
  }
  return action.calls.map((call, index) => {
    return {
      name: stepName(action.kind, index),
      call: FRONT_CALLS[call.api],
      target: targetOf(call),
      ...rest,
    };
  });
}

export function stepName(kind: FrontActionKind | 'repair', index: number): string {
  return `${kind}-${index + 1}`;
}

/** What the recovery is for: the name of its first step without its number. */
export function actionOf(item: LedgerItem): FrontActionKind | 'repair' | null {
  const name = item.steps[0]?.name.replace(/-\d+$/, '') ?? '';
  return Object.hasOwn(FAILURE, name) ? (name as FrontActionKind | 'repair') : null;
}

/** When it was last asked for and refused, or not answered; null where the last one was accepted, or none was made. */
export function askedAt(
  memberId: string,
  kind: FrontActionKind,
  ledger: readonly LedgerItem[],
): number | null {
  const times = ledger
    .filter((item) => item.memberId === memberId && item.mode === 'act' && actionOf(item) === kind)
    .flatMap(({ steps }) => steps.filter(({ outcome }) => outcome !== 'accepted').map(({ at }) => at))
    .filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** As the ledger names it. */
export function targetOf(call: FrontCall): string {
  switch (call.api) {
    case 'deregister':
    case 'register':
      return `${call.target.memberId} in ${nameIn(call.targetGroup)}`;
    case 'start-shift':
      return `${nameIn(call.balancer)} away from ${call.zone}`;
    default:
      return `${call.shiftId} of ${nameIn(call.balancer)}`;
  }
}

/** `targetgroup/demo-web/1234` of an ARN. */
function nameIn(arn: string): string {
  return arn.split(':').at(-1) ?? arn;
}
