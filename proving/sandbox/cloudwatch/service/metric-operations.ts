import type {
  Datapoint,
  Dimension,
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  Metric,
  MetricDataQuery,
  PutMetricDataInput,
} from '@aws-sdk/client-cloudwatch';
import {
  type DataPoint,
  evaluateExpression,
  metricKey,
  type MetricQuery,
  type MetricStore,
  parseExpression,
  statistic,
} from '../../../twin/cloudwatch/index.ts';
import { AwsError, type AwsService, type MetricSink, operation, type World } from '../../kernel/index.ts';
import { dimensionsOf, invalid } from '../properties.ts';
import { apiDimensions } from './alarm-views.ts';
import { onEverything, page } from './common.ts';
import { metricData } from './put-metric-data.ts';

const DATAPOINTS_MAX = 1440;
const QUERY_POINTS_MAX = 100_800;
const PAGE_SIZE = 500;

export interface MetricParts {
  readonly world: World;
  readonly store: MetricStore;
  readonly sink: MetricSink;
}

export function metricOperations(parts: MetricParts): AwsService['operations'] {
  return {
    PutMetricData: operation<PutMetricDataInput, Record<string, never>>({
      authorize: (input) => [
        {
          action: 'cloudwatch:PutMetricData',
          resource: '*',
          context: { 'cloudwatch:namespace': input.Namespace ?? '' },
        },
      ],
      handle(input) {
        for (const datum of metricData(input, parts.world.now())) parts.sink.put(datum);
        return {};
      },
    }),
    GetMetricData: operation<GetMetricDataInput, GetMetricDataOutput>({
      authorize: () => onEverything('GetMetricData'),
      handle: (input) => getMetricData(parts.store, input),
    }),
    GetMetricStatistics: operation<GetMetricStatisticsInput, GetMetricStatisticsOutput>({
      authorize: () => onEverything('GetMetricStatistics'),
      handle: (input) => getMetricStatistics(parts.store, input),
    }),
    ListMetrics: operation<ListMetricsInput, ListMetricsOutput>({
      authorize: () => onEverything('ListMetrics'),
      handle: (input) => listMetrics(parts.store, input),
    }),
  };
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function spanOf(input: { StartTime?: Date | undefined; EndTime?: Date | undefined }): Span {
  const from = input.StartTime?.getTime() ?? Number.NaN;
  const to = input.EndTime?.getTime() ?? Number.NaN;
  if (from < to) return { from, to };
  throw invalid('StartTime', input.StartTime, 'it must be before EndTime');
}

function queryOf(
  metric: Metric,
  stat: { statistic: string; periodS: number; unit?: string | undefined },
): MetricQuery {
  if (!statistic(stat.statistic)) throw invalid('Stat', stat.statistic, 'the statistic is not known here');
  if (!(stat.periodS >= 1)) throw invalid('Period', stat.periodS, 'at least 1 is needed');
  return {
    namespace: metric.Namespace ?? '',
    name: metric.MetricName ?? '',
    dimensions: dimensionsOf(metric.Dimensions),
    statistic: stat.statistic,
    periodMs: stat.periodS * 1000,
    ...(stat.unit === undefined ? {} : { unit: stat.unit }),
  };
}

function boundPoints(span: Span, periodMs: number, most: number): void {
  const points = (span.to - span.from) / periodMs;
  if (points > most) {
    throw new AwsError(
      'InvalidParameterCombination',
      `You have requested up to ${Math.ceil(points)} datapoints, which exceeds the limit of ${most}.`,
    );
  }
}

function getMetricData(store: MetricStore, input: GetMetricDataInput): GetMetricDataOutput {
  const span = spanOf(input);
  const queries = input.MetricDataQueries ?? [];
  const series = new Map<string, DataPoint[]>();
  const metrics: string[] = [];
  let times: number[] = [];
  for (const { Id, MetricStat } of queries) {
    if (!MetricStat) continue;
    const stat = { statistic: MetricStat.Stat ?? '', periodS: MetricStat.Period ?? 0, unit: MetricStat.Unit };
    const query = queryOf(MetricStat.Metric ?? {}, stat);
    boundPoints(span, query.periodMs, QUERY_POINTS_MAX);
    const points = store.range(query, span.from, span.to);
    if (times.length > 0 && times.length !== points.length) {
      throw invalid('Period', stat.periodS, 'the sandbox wants one period for all queries of a call');
    }
    times = points.map((point) => point.at);
    series.set(
      Id ?? '',
      points.map((point) => point.value),
    );
    metrics.push(Id ?? '');
  }
  evaluateExpressions(queries, { series, metrics, length: times.length });
  const newestFirst = input.ScanBy !== 'TimestampAscending';
  const shown = queries.filter((query) => query.ReturnData !== false);
  return {
    MetricDataResults: shown.map((query) => resultOf(query, times, series, newestFirst)),
    Messages: [],
  };
}

function evaluateExpressions(
  queries: readonly MetricDataQuery[],
  input: { series: Map<string, DataPoint[]>; metrics: string[]; length: number },
): void {
  for (const query of queries) {
    if (query.Expression === undefined) continue;
    try {
      input.series.set(query.Id ?? '', evaluateExpression(parseExpression(query.Expression), input));
    } catch (error) {
      throw new AwsError('ValidationError', (error as Error).message);
    }
  }
}

function resultOf(
  query: MetricDataQuery,
  times: readonly number[],
  series: ReadonlyMap<string, readonly DataPoint[]>,
  newestFirst: boolean,
): NonNullable<GetMetricDataOutput['MetricDataResults']>[number] {
  const values = series.get(query.Id ?? '') ?? [];
  const points = times.flatMap((at, index) => {
    const value = values[index];
    return value === undefined ? [] : [{ at, value }];
  });
  if (newestFirst) points.reverse();
  return {
    Id: query.Id,
    Label: query.Label ?? query.MetricStat?.Metric?.MetricName ?? query.Id,
    Timestamps: points.map((point) => new Date(point.at)),
    Values: points.map((point) => point.value),
    StatusCode: 'Complete',
  };
}

function getMetricStatistics(store: MetricStore, input: GetMetricStatisticsInput): GetMetricStatisticsOutput {
  const span = spanOf(input);
  const names = [...(input.Statistics ?? []), ...(input.ExtendedStatistics ?? [])];
  if (names.length === 0) throw invalid('Statistics', names, 'at least one is needed');
  const points = new Map<number, Datapoint>();
  for (const name of names) {
    const query = queryOf(input, { statistic: name, periodS: input.Period ?? 0, unit: input.Unit });
    boundPoints(span, query.periodMs, DATAPOINTS_MAX);
    for (const { at, value } of store.range(query, span.from, span.to)) {
      if (value === undefined) continue;
      const point = points.get(at) ?? { Timestamp: new Date(at), Unit: input.Unit ?? 'None' };
      points.set(at, withStatistic(point, name, value));
    }
  }
  return { Label: input.MetricName, Datapoints: [...points.values()] };
}

function withStatistic(point: Datapoint, name: string, value: number): Datapoint {
  if (!name.startsWith('p')) return { ...point, [name]: value };
  return { ...point, ExtendedStatistics: { ...point.ExtendedStatistics, [name]: value } };
}

function listMetrics(store: MetricStore, input: ListMetricsInput): ListMetricsOutput {
  const wanted = input.Dimensions ?? [];
  const has = (dimensions: Readonly<Record<string, string>>, { Name, Value }: Partial<Dimension>): boolean =>
    dimensions[Name ?? ''] !== undefined && (Value === undefined || dimensions[Name ?? ''] === Value);
  const found = store
    .metrics()
    .filter((metric) => input.Namespace === undefined || metric.namespace === input.Namespace)
    .filter((metric) => input.MetricName === undefined || metric.name === input.MetricName)
    .filter((metric) => wanted.every((dimension) => has(metric.dimensions, dimension)))
    .sort((a, b) => (metricKey(a) < metricKey(b) ? -1 : 1));
  const { items, next } = page(found, metricKey, { token: input.NextToken, size: PAGE_SIZE });
  return {
    Metrics: items.map((metric) => ({
      Namespace: metric.namespace,
      MetricName: metric.name,
      Dimensions: apiDimensions(metric.dimensions),
    })),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}
