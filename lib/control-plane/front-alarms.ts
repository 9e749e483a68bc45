/** The alarms of the tiers in front: balancers, names, tasks and their deployments. */

import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type { Failure } from '../../core/failures.ts';
import { METRIC } from '../../lambdas/dns-failover/contract.ts';
import { DIMENSION } from '../../lambdas/shared/contract.ts';
import { understudyMetric } from '../shared/metrics.ts';
import { edgeHealthyMetric } from '../tiers/edge/health-signal.ts';
import { DOWN, MEMBER, MINUTE, RAISED, type AlarmSpec } from './alarm-terms.ts';

/** By the zone of the tasks: one of them has no name that an alarm could keep. The ledger has it. */
export function webAlarms(environmentName: string, zones: readonly string[]): readonly AlarmSpec[] {
  const failure: Failure = 'target-unreachable';
  const unreachable = zones.map((zone) => {
    const dimensionsMap = { [DIMENSION.az]: zone };
    const metric = understudyMetric(environmentName, failure, { dimensionsMap });
    return { failure, subject: zone, metric, evaluation: MEMBER };
  });
  const low = understudyMetric(environmentName, METRIC.targetsLow, { period: MINUTE });
  return [...unreachable, { failure: 'targets-low', metric: low, evaluation: RAISED }];
}

export function edgeAlarms(
  environmentName: string,
  edge: {
    readonly zones: readonly string[];
    /** False where there is no outside to ask from: then nobody says whether the edge answers. */
    readonly isAsked: boolean;
  },
): readonly AlarmSpec[] {
  const gray = edge.zones.map((zone): AlarmSpec => {
    const dimensionsMap = { [DIMENSION.az]: zone };
    const metric = understudyMetric(environmentName, METRIC.zoneGray, { dimensionsMap, period: MINUTE });
    return { failure: 'zone-gray', subject: zone, metric, evaluation: RAISED };
  });
  const asked: AlarmSpec = {
    failure: 'edge-unreachable',
    metric: edgeHealthyMetric(environmentName),
    evaluation: DOWN,
  };
  const drifted = understudyMetric(environmentName, METRIC.recordDrifted, { period: MINUTE });
  return [
    ...gray,
    ...(edge.isAsked ? [asked] : []),
    { failure: 'record-drifted', metric: drifted, evaluation: RAISED },
  ];
}

/** ECS has no metric of it: EventBridge counts the events that the rule matched. */
export function deploymentAlarm(rule: events.IRule): AlarmSpec {
  const metric = new cloudwatch.Metric({
    namespace: 'AWS/Events',
    metricName: 'TriggeredRules',
    dimensionsMap: { RuleName: rule.ruleName },
    statistic: cloudwatch.Stats.SUM,
    period: MINUTE,
  });
  return { failure: 'deployment-failed', metric, evaluation: RAISED };
}
