/** What a balancer itself refuses, however it is made: standing alone it has no profile that was checked before. */

import { Stack, Token, type Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { ENVIRONMENT_NAME, REQUEST_PATH } from '../../../core/profile/names.ts';
import { integerAt, requiredTextAt } from '../../../core/profile/reading.ts';
import type { EdgeTierProps } from './edge-tier-props.ts';

/** Of one environment; two are a primary and its secondary. */
const NUMBER_MAX = 9;
const IDLE_S_MAX = 4000;
const SLOW_START_S_MIN = 30;
const SLOW_START_S_MAX = 900;
const DEREGISTRATION_S_MAX = 3600;

/** Throws InvalidInput naming every fault by the prop it is in. */
export function checkEdgeTier(scope: Construct, props: EdgeTierProps): void {
  const faults: Fault[] = [];
  requiredTextAt(faults, 'environmentName', props.environmentName, ENVIRONMENT_NAME);
  requiredTextAt(faults, 'healthPath', props.healthPath, REQUEST_PATH);
  const number = { min: 1, max: NUMBER_MAX, fix: 'leave it out for 1' };
  integerAt(faults, 'number', props.number, number);
  const port = { min: 1, max: 65_535, fix: 'use the port that the tasks listen on' };
  integerAt(faults, 'targetPort', props.targetPort, port);
  const targets = { min: 1, max: 1000, fix: 'leave it out for 1' };
  integerAt(faults, 'healthyTargetsMin', props.healthyTargetsMin, targets);
  checkSubnets(faults, props);
  if (props.accessLogs !== undefined && Token.isUnresolved(Stack.of(scope).region)) {
    const rule = 'needs a stack with a Region: who delivers the logs depends on it';
    const fix = 'name the Region of the stack, or leave the logs out';
    faults.push({ field: 'accessLogs', value: props.accessLogs.node.path, rule, fix });
  }
  secondsAt(faults, 'idleTimeout', props.idleTimeout, { min: 1, max: IDLE_S_MAX });
  if (!isZero(props.slowStart)) {
    secondsAt(faults, 'slowStart', props.slowStart, { min: SLOW_START_S_MIN, max: SLOW_START_S_MAX });
  }
  secondsAt(faults, 'deregistrationDelay', props.deregistrationDelay, { min: 0, max: DEREGISTRATION_S_MAX });
  if (faults.length > 0) throw new InvalidInput(`The edge of '${props.environmentName}'`, faults);
}

function checkSubnets(faults: Fault[], { vpc, zones, internal = false }: EdgeTierProps): void {
  const kind = internal ? 'private' : 'public';
  const subnets = internal ? vpc.privateSubnets : vpc.publicSubnets;
  if (subnets.length === zones.length && zones.length > 1) return;
  const rule = `must be the zones of the VPC's ${subnets.length} ${kind} subnets, in their order, and two at least`;
  faults.push({ field: 'zones', value: zones, rule, fix: `give the VPC a ${kind} subnet in each zone` });
}

function secondsAt(
  faults: Fault[],
  field: string,
  value: Duration | undefined,
  { min, max }: { readonly min: number; readonly max: number },
): void {
  if (value === undefined) return;
  const seconds = value.isUnresolved() ? null : value.toMilliseconds() / 1000;
  if (seconds !== null && Number.isInteger(seconds) && seconds >= min && seconds <= max) return;
  const rule = `must be ${min} to ${max} whole seconds, known at synthesis`;
  faults.push({ field, value: seconds, rule, fix: 'leave it out for the default' });
}

/** Zero turns a slow start off. */
function isZero(value: Duration | undefined): boolean {
  return value !== undefined && !value.isUnresolved() && value.toMilliseconds() === 0;
}
