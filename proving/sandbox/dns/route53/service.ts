/** Route 53's API: the control plane, in us-east-1 and nowhere else. DNS and health checks go on without it. */

import * as sdk from '@aws-sdk/client-route-53';
import type { AwsService, World } from '../../kernel/index.ts';
import type { HealthChecks } from '../health-checks/index.ts';
import type { HostedZones } from '../hosted-zones.ts';
import { checkOperations } from './check-operations.ts';
import { throttled } from './throttle.ts';
import { zoneOperations } from './zone-operations.ts';

export const ROUTE53_REGION = 'us-east-1';

export function route53Service(world: World, zones: HostedZones, checks: HealthChecks): AwsService {
  const isUsed = (id: string) =>
    zones
      .all()
      .some(({ written }) => [...written.values()].some(({ healthCheckId }) => healthCheckId === id));
  return {
    signingName: 'route53',
    sdk,
    client: new sdk.Route53Client({ region: ROUTE53_REGION }),
    operations: throttled(world, { ...zoneOperations(zones), ...checkOperations(checks, isUsed) }),
  };
}
