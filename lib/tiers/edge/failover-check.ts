/** Refuses a pair that Route 53 would refuse, or that would never fail over. */

import { Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { owns } from '../../../core/profile/edge-rules.ts';
import {
  DOMAIN_NAME,
  ENVIRONMENT_NAME,
  HOSTED_ZONE_ID,
  HOST_NAME,
  REQUEST_PATH,
} from '../../../core/profile/names.ts';
import { requiredTextAt } from '../../../core/profile/reading.ts';
import type { FailoverEndpointProps, FailoverTarget, HealthSignal } from './failover-props.ts';

/** Throws InvalidInput naming every fault by the prop it is in. */
export function checkFailoverEndpoint(props: FailoverEndpointProps): void {
  const faults: Fault[] = [];
  const { domain, zone, secondary, health } = props;
  requiredTextAt(faults, 'environmentName', props.environmentName, ENVIRONMENT_NAME);
  requiredTextAt(faults, 'domain', domain, DOMAIN_NAME);
  if (!Token.isUnresolved(zone.zoneName) && !owns(zone.zoneName, domain)) {
    const rule = `does not own the name ${domain}`;
    faults.push({ field: 'zone', value: zone.zoneName, rule, fix: 'give the zone that the name ends with' });
  }
  checkTarget(faults, 'primary', props.primary);
  if (secondary !== undefined) checkTarget(faults, 'secondary', secondary);
  if (secondary !== undefined && health === undefined) {
    const rule = 'is required with a secondary: a PRIMARY without a health signal never fails over';
    faults.push({ field: 'health', value: health, rule, fix: "write { kind: 'metric' }" });
  }
  if (health !== undefined) checkSignal(faults, health, secondary);
  if (faults.length > 0) throw new InvalidInput(`The failover endpoint '${domain}'`, faults);
}

function checkTarget(faults: Fault[], path: string, target: FailoverTarget): void {
  if (!Token.isUnresolved(target.dnsName)) {
    requiredTextAt(faults, `${path}.dnsName`, target.dnsName.toLowerCase(), HOST_NAME);
  }
  if (!Token.isUnresolved(target.hostedZoneId)) {
    requiredTextAt(faults, `${path}.hostedZoneId`, target.hostedZoneId, HOSTED_ZONE_ID);
  }
}

function checkSignal(faults: Fault[], health: HealthSignal, secondary: FailoverTarget | undefined): void {
  if (secondary === undefined) {
    const rule = 'stands without a secondary: nothing would answer instead';
    faults.push({ field: 'health', value: health.kind, rule, fix: 'add a secondary, or leave health out' });
  }
  if (health.kind === 'endpoint') requiredTextAt(faults, 'health.path', health.path, REQUEST_PATH);
  else if (health.metric !== undefined) checkMetric(faults, health.metric);
}

const PLAIN_STATISTICS = ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'];
const STANDARD_PERIOD_S = 60;

/** Route 53 reads neither metrics of high resolution nor percentiles. */
function checkMetric(faults: Fault[], metric: cloudwatch.Metric): void {
  const seconds = metric.period.toSeconds();
  if (seconds % STANDARD_PERIOD_S !== 0) {
    const rule = 'must have a period of whole minutes: Route 53 reads no metric of high resolution';
    faults.push({ field: 'health.metric.period', value: seconds, rule, fix: 'use Duration.minutes(1)' });
  }
  if (!PLAIN_STATISTICS.includes(metric.statistic)) {
    const rule = `must be one of ${PLAIN_STATISTICS.join(', ')}: Route 53 reads no percentile`;
    faults.push({ field: 'health.metric.statistic', value: metric.statistic, rule, fix: "use 'Minimum'" });
  }
}
