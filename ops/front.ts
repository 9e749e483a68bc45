/** Whether what clients come through is whole, as ECS and the balancers say. */

import { DescribeServicesCommand, ECSClient, type Service } from '@aws-sdk/client-ecs';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Target } from './target.ts';

export interface FrontQuery {
  readonly cluster: string;
  /** Names of ECS services. */
  readonly services: readonly string[];
  /** ARNs of target groups, each of which every web task stands in. */
  readonly targetGroups: readonly string[];
}

/** Why it is not whole, or null when it is: every task runs, nothing is being deployed, every target is healthy. */
export async function unhealthyFront(target: Target, query: FrontQuery): Promise<string | null> {
  return (await servicesReason(target, query)) ?? (await targetsReason(target, query));
}

async function servicesReason(target: Target, { cluster, services }: FrontQuery): Promise<string | null> {
  const client = new ECSClient({ ...target });
  try {
    const answer = await client.send(new DescribeServicesCommand({ cluster, services: [...services] }));
    for (const name of services) {
      const service = (answer.services ?? []).find((one) => one.serviceName === name);
      const reason = service === undefined ? `service ${name} is not there` : serviceReason(service);
      if (reason !== null) return reason;
    }
    return null;
  } finally {
    client.destroy();
  }
}

function serviceReason(service: Service): string | null {
  const { serviceName, desiredCount, runningCount, pendingCount, deployments = [] } = service;
  if (deployments.length !== 1) return `service ${serviceName} is being deployed`;
  const state = deployments[0]!.rolloutState ?? 'COMPLETED';
  if (state !== 'COMPLETED') return `the deployment of ${serviceName} is ${state}`;
  if (runningCount === desiredCount && (pendingCount ?? 0) === 0) return null;
  return `service ${serviceName} runs ${runningCount} of ${desiredCount} tasks`;
}

async function targetsReason(target: Target, { targetGroups }: FrontQuery): Promise<string | null> {
  const client = new ElasticLoadBalancingV2Client({ ...target });
  try {
    for (const TargetGroupArn of targetGroups) {
      const answer = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }));
      const reason = groupReason(TargetGroupArn, answer.TargetHealthDescriptions ?? []);
      if (reason !== null) return reason;
    }
    return null;
  } finally {
    client.destroy();
  }
}

function groupReason(arn: string, targets: readonly TargetHealthDescription[]): string | null {
  const name = arn.split('/')[1] ?? arn;
  if (targets.length === 0) return `target group ${name} is empty`;
  const away = targets.find(({ TargetHealth }) => TargetHealth?.State !== 'healthy');
  return away ? `target ${away.Target?.Id} of ${name} is ${away.TargetHealth?.State}` : null;
}
