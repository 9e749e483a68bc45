/** The balancers' control plane over its API. Mutations name their target and are sent once. */

import {
  DeregisterTargetsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
  type ElasticLoadBalancingV2ClientConfig,
  type TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { BalancerSays, DescribedTarget } from '../../../core/front/index.ts';
import type { CallOutcome, ElbControl, TargetPlace } from '../../../core/ports/index.ts';
import { clientConfig } from './clients.ts';
import { outcomeOf } from './outcomes.ts';

const READ_MS = 2000;
const READ_TRIES = 2;

export interface ElbControlOptions {
  /** How long a mutating request may take, in ms. */
  readonly requestMs: number;
  /** Where AWS is reached. @default - as the SDK finds it in its environment */
  readonly connection?: Pick<ElasticLoadBalancingV2ClientConfig, 'region' | 'endpoint' | 'credentials'>;
}

export class ElbApi implements ElbControl {
  readonly #reader: ElasticLoadBalancingV2Client;
  readonly #writer: ElasticLoadBalancingV2Client;

  constructor({ requestMs, connection = {} }: ElbControlOptions) {
    const reads = clientConfig({ requestMs: READ_MS, tries: READ_TRIES });
    this.#reader = new ElasticLoadBalancingV2Client({ ...connection, ...reads });
    const writes = clientConfig({ requestMs, tries: 1 });
    this.#writer = new ElasticLoadBalancingV2Client({ ...connection, ...writes });
  }

  async targetHealth(targetGroup: string): Promise<readonly DescribedTarget[]> {
    const { TargetHealthDescriptions = [] } = await this.#reader.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }),
    );
    return TargetHealthDescriptions.flatMap(describedOf);
  }

  register(targetGroup: string, { address, port }: TargetPlace): Promise<CallOutcome> {
    const input = { TargetGroupArn: targetGroup, Targets: [{ Id: address, Port: port }] };
    return outcomeOf(() => this.#writer.send(new RegisterTargetsCommand(input)));
  }

  deregister(targetGroup: string, { address, port }: TargetPlace): Promise<CallOutcome> {
    const input = { TargetGroupArn: targetGroup, Targets: [{ Id: address, Port: port }] };
    return outcomeOf(() => this.#writer.send(new DeregisterTargetsCommand(input)));
  }
}

function describedOf({ Target, TargetHealth }: TargetHealthDescription): readonly DescribedTarget[] {
  if (Target?.Id === undefined || Target.Port === undefined) return [];
  const az = Target.AvailabilityZone ?? null;
  return [
    {
      address: Target.Id,
      port: Target.Port,
      // `all` is how a target outside the VPC is named: it stands in no zone.
      az: az === 'all' ? null : az,
      state: stateOf(TargetHealth?.State),
    },
  ];
}

/** `unavailable` means that the group has no health checks: the balancer has no opinion. */
function stateOf(state: string | undefined): BalancerSays {
  switch (state) {
    case 'healthy':
    case 'unhealthy':
    case 'draining':
    case 'unused':
      return state;
    case 'unhealthy.draining':
      return 'draining';
    default:
      return 'initial';
  }
}
