/** PutMetricData: data in any of its three forms, as single values. */

import type { MetricDatum as ApiDatum, PutMetricDataInput, StatisticSet } from '@aws-sdk/client-cloudwatch';
import { AwsError, type MetricDatum } from '../../kernel/index.ts';
import { dimensionsOf, invalid } from '../properties.ts';

const DATA_MAX = 1000;
const SAMPLES_MAX = 10_000;

/** @throws AwsError for what CloudWatch refuses, and for samples beyond the sandbox's bound */
export function metricData(input: PutMetricDataInput, now: number): MetricDatum[] {
  const namespace = input.Namespace ?? '';
  if (namespace === '' || namespace.startsWith('AWS/')) {
    throw invalid('Namespace', namespace, 'a name that does not begin with AWS/ is needed');
  }
  const data = input.MetricData ?? [];
  if (data.length > DATA_MAX) throw invalid('MetricData', data.length, `at most ${DATA_MAX} are allowed`);
  return data.flatMap((datum) =>
    valuesOf(datum).map((value) => ({
      namespace,
      name: datum.MetricName ?? '',
      dimensions: dimensionsOf(datum.Dimensions),
      value,
      unit: datum.Unit ?? 'None',
      at: datum.Timestamp?.getTime() ?? now,
      resolutionS: datum.StorageResolution === 1 ? (1 as const) : (60 as const),
    })),
  );
}

function valuesOf(datum: ApiDatum): number[] {
  const { Value, Values, Counts, StatisticValues, MetricName } = datum;
  if ([Value, Values, StatisticValues].filter((given) => given !== undefined).length !== 1) {
    throw new AwsError(
      'InvalidParameterCombination',
      `MetricData ${MetricName}: exactly one of Value, Values and StatisticValues is needed`,
    );
  }
  if (Value !== undefined) return [finite(Value)];
  if (StatisticValues !== undefined) return spread(StatisticValues);
  return (Values ?? []).flatMap((value, index) => repeated(finite(value), Counts?.[index] ?? 1));
}

/** Values with the same sum, least, most and count. */
function spread(set: StatisticSet): number[] {
  const { Minimum = 0, Maximum = 0, Sum = 0, SampleCount = 0 } = set;
  if (SampleCount <= 1) return repeated(finite(Sum), SampleCount);
  const middle = SampleCount === 2 ? 0 : (Sum - Minimum - Maximum) / (SampleCount - 2);
  return [finite(Minimum), finite(Maximum), ...repeated(finite(middle), SampleCount - 2)];
}

function repeated(value: number, count: number): number[] {
  if (!(count >= 0 && count <= SAMPLES_MAX)) {
    throw invalid('SampleCount', count, `0 to ${SAMPLES_MAX} samples are kept here`);
  }
  return Array.from({ length: Math.round(count) }, () => value);
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw invalid('Value', String(value), 'a finite number is needed');
}
