/** The calls that checkers look for, by the names under which the simulator records them. */

import type { ControlCall } from '../model.ts';

export const FAILOVER = 'rds:FailoverDBCluster';
export const EDIT_ENDPOINT = 'rds:ModifyDBClusterEndpoint';
export const PUT_POOL = 'state:PutPool';

/** How long one request to AWS may take, in ms: I-07's own example of a request time-out. */
export const REQUEST_MS = 10_000;

export function isFailover({ call }: ControlCall): boolean {
  return call === FAILOVER;
}

/** A resource that cannot compare tokens by itself (I-07). */
export function isUnfenced({ call }: ControlCall): boolean {
  return UNFENCED.some((service) => call.startsWith(service));
}

const UNFENCED = ['rds:', 'elasticloadbalancing:', 'arc-zonal-shift:', 'route53:'] as const;

export function tell({ function: name, invocation, call, target }: ControlCall): string {
  return `${name} (${invocation}): ${call} ${target}`;
}
