import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_NAMESPACE } from '../../core/naming.ts';
import { DIMENSION } from '../../lambdas/shared/contract.ts';

/** The period of the kit's high-resolution metrics. */
export const HIGH_RESOLUTION = Duration.seconds(10);

/** A metric that a function of the environment writes. Dimensions given in the options come on top. */
export function understudyMetric(
  environmentName: string,
  metricName: string,
  options: cloudwatch.MetricOptions = {},
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    statistic: cloudwatch.Stats.MAXIMUM,
    period: HIGH_RESOLUTION,
    ...options,
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [DIMENSION.env]: environmentName, ...options.dimensionsMap },
  });
}
