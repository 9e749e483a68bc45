/** The metrics of `AWS/ApplicationELB` (guide "CloudWatch metrics for your Application Load Balancer") of one report. */

import type { MetricDatum } from '../kernel/index.ts';
import type { GroupReport, NodeReport } from './node-protocol.ts';

export interface ReportedBy {
  /** `app/<name>/<id>` */
  readonly balancer: string;
  readonly zone: string;
  /** `targetgroup/<name>/<id>` of an ARN; null for one that is gone. */
  readonly groupName: (arn: string) => string | null;
  /** Epoch ms. */
  readonly at: number;
}

type Measured = Pick<MetricDatum, 'name' | 'value' | 'unit'>;

export function metricsOf(report: NodeReport, by: ReportedBy): readonly MetricDatum[] {
  const ofBalancer = counts({
    RequestCount: report.requests,
    HTTPCode_ELB_4XX_Count: report.elb4xx,
    HTTPCode_ELB_5XX_Count: report.elb5xx,
  });
  const base = { LoadBalancer: by.balancer };
  const metrics = [...spread(ofBalancer, [base, inZone(base, by)], by)];
  for (const [arn, group] of Object.entries(report.groups)) {
    const name = by.groupName(arn);
    if (name === null) continue;
    const own = { TargetGroup: name, ...base };
    const answers = targetCounts(group);
    const dimensions = [own, inZone(own, by), base, inZone(base, by)];
    metrics.push(...spread([...answers, ...times(group)], dimensions, by));
    metrics.push(...spread(counts({ RequestCount: group.requests }), [own, inZone(own, by)], by));
    metrics.push(...spread(health(group), [own], by));
  }
  return metrics;
}

/** AWS puts counts that are not zero alone. */
function counts(values: Readonly<Record<string, number>>): Measured[] {
  return Object.entries(values)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => ({ name, value, unit: 'Count' }));
}

function targetCounts(group: GroupReport): Measured[] {
  return counts({
    HTTPCode_Target_2XX_Count: group.target2xx,
    HTTPCode_Target_3XX_Count: group.target3xx,
    HTTPCode_Target_4XX_Count: group.target4xx,
    HTTPCode_Target_5XX_Count: group.target5xx,
    TargetConnectionErrorCount: group.connectionErrors,
  });
}

function times({ responseTimes }: GroupReport): Measured[] {
  return responseTimes.map((value) => ({ name: 'TargetResponseTime', value, unit: 'Seconds' }));
}

/** Reported where targets are registered, zeros too. */
function health({ healthy, unhealthy }: GroupReport): Measured[] {
  return [
    { name: 'HealthyHostCount', value: healthy, unit: 'Count' },
    { name: 'UnHealthyHostCount', value: unhealthy, unit: 'Count' },
  ];
}

function inZone(dimensions: Readonly<Record<string, string>>, { zone }: ReportedBy): Record<string, string> {
  return { ...dimensions, AvailabilityZone: zone };
}

function spread(
  measured: readonly Measured[],
  dimensionSets: readonly Readonly<Record<string, string>>[],
  { at }: ReportedBy,
): MetricDatum[] {
  return dimensionSets.flatMap((dimensions) =>
    measured.map((one) => ({
      ...one,
      namespace: 'AWS/ApplicationELB',
      dimensions,
      at,
      resolutionS: 60 as const,
    })),
  );
}
