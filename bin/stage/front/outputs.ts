/** What the outputs of the stacks of edge and tasks say, read where it is used. */

import { output, type Outputs } from '../../../ops/outputs.ts';

export interface Front {
  /** `https://<domain>`. */
  readonly url: string;
  readonly cluster: string;
  readonly webService: string;
  /** The ECS services of the tiers behind the web tier. */
  readonly services: readonly string[];
  /** ARNs of the balancers, the primary's first. */
  readonly balancers: readonly string[];
  readonly targetGroups: readonly string[];
  readonly frontTable: string;
}

/** Null where the environment has no edge. */
export function frontOf(outputs: Outputs): Front | null {
  const url = outputs['EdgeUrl'];
  if (url === undefined) return null;
  const list = (key: string): readonly string[] => output(outputs, key).split(',');
  const named = (outputs['ServiceNames'] ?? '').split(',').filter((pair) => pair !== '');
  return {
    url,
    cluster: output(outputs, 'EcsClusterName'),
    webService: output(outputs, 'WebServiceName'),
    services: named.map((pair) => pair.split('=')[1]!),
    balancers: list('Balancers').map((pair) => pair.split('=')[0]!),
    targetGroups: list('TargetGroups'),
    frontTable: output(outputs, 'FrontTableName'),
  };
}
