/** The operations of Elastic Load Balancing that the kit and its operators use. Everything fits one page. */

import * as elb from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsService, World } from '../../kernel/index.ts';
import type { Fleets } from '../fleets.ts';
import type { Registry } from '../registry.ts';
import { changeOperations } from './changes.ts';
import { describeOperations } from './describe.ts';

export interface LoadBalancingServiceOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly fleets: Fleets;
}

export function createLoadBalancingService(options: LoadBalancingServiceOptions): AwsService {
  return {
    signingName: 'elasticloadbalancing',
    sdk: elb,
    client: new elb.ElasticLoadBalancingV2Client({ region: options.world.region }),
    operations: { ...describeOperations(options), ...changeOperations(options) },
  };
}
