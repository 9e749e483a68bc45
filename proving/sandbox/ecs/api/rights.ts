/** What a call needs, as IAM sees it (service authorization reference, Amazon ECS). */

import type { Authorization } from '../../kernel/index.ts';
import { lastPart, type Registry } from '../registry.ts';

type Kind = 'service' | 'task' | 'container-instance';

/** A right to something of a cluster, given by name, id or ARN. */
export function inCluster(
  registry: Registry,
  action: string,
  what: { readonly kind: Kind; readonly cluster: string | undefined; readonly id: string },
): Authorization {
  const cluster = lastPart(what.cluster ?? 'default');
  return {
    action: `ecs:${action}`,
    resource: registry.arn(`${what.kind}/${cluster}/${lastPart(what.id)}`),
    context: { 'ecs:cluster': registry.arn(`cluster/${cluster}`) },
  };
}

/** A right that is of no resource. */
export function anywhere(action: string): Authorization {
  return { action: `ecs:${action}`, resource: '*' };
}
