/** What a drill does without, and what that leaves to expect of the control plane. */

import type { Deny, DrillPlace } from './ports.ts';

/** stream: the state table wakes nobody. alarms: none is evaluated. functions: none runs at all. */
export const WITHOUT = ['functions', 'stream', 'alarms'] as const;
export type Without = (typeof WITHOUT)[number];

/** AWS APIs that a drill can take away: those that the control plane or an application calls. */
export const DENIABLE = [
  'rds',
  'dynamodb',
  'ssm',
  'cloudwatch',
  'lambda',
  'sts',
  'route53',
  'servicediscovery',
  'elasticloadbalancing',
  'ecs',
] as const;

export interface Conditions {
  readonly without: Without | null;
  readonly deny: Deny | null;
  /** Plain clients, and no function. */
  readonly control: boolean;
}

/** As it is typed: `rds`, `rds-control`. */
export function denyText({ service, kind }: Deny): string {
  return kind === 'all' ? service : `${service}-control`;
}

/** Functions run. */
export function functionsRun({ without, control }: Conditions): boolean {
  return without !== 'functions' && !control;
}

/** Controllers can see and decide: they run, and the state table is theirs. */
export function canDecide(conditions: Conditions): boolean {
  const { deny } = conditions;
  return functionsRun(conditions) && !(deny?.service === 'dynamodb' && deny.kind === 'all');
}

/** Controllers can have a reader promoted: they decide, and RDS answers. */
export function canPromote(conditions: Conditions): boolean {
  return canDecide(conditions) && conditions.deny?.service !== 'rds';
}

/** A verdict reaches the controllers in about a second; without the stream an alarm must ring. */
export function hasStream({ without }: Conditions): boolean {
  return without !== 'stream';
}

export async function takeAway(place: DrillPlace, conditions: Conditions): Promise<void> {
  const { without, deny } = conditions;
  if (!functionsRun(conditions)) await place.setFunctions(false);
  if (without === 'stream') await place.setStreams(false);
  if (without === 'alarms') await place.setAlarms(false);
  if (deny) await place.setDenied(deny);
}

/** Gives everything back that was taken away. Each on its own: one that fails keeps no other from it. */
export async function giveBack(place: DrillPlace, conditions: Conditions): Promise<void> {
  const { without, deny } = conditions;
  const steps = [
    ...(deny ? [() => place.setDenied(null)] : []),
    ...(without === 'alarms' ? [() => place.setAlarms(true)] : []),
    ...(without === 'stream' ? [() => place.setStreams(true)] : []),
    ...(functionsRun(conditions) ? [] : [() => place.setFunctions(true)]),
  ];
  for (const step of steps)
    await step().catch((error: unknown) => place.say(`not given back: ${(error as Error).message}`));
}
