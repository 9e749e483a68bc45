/** The metrics of an alarm: one metric, or metric math over several. */

import {
  type Expression,
  idsOf,
  type MetricQuery,
  parseExpression,
  statistic,
} from '../../twin/cloudwatch/index.ts';
import { dimensionsOf, flag, invalid, list, number, type Properties, record, text } from './properties.ts';

/** One entry of `Metrics`: a metric or an expression over others. */
export type AlarmMetric =
  | { readonly kind: 'stat'; readonly id: string; readonly query: StatQuery }
  | {
      readonly kind: 'expression';
      readonly id: string;
      readonly expression: Expression;
      readonly text: string;
    };

export type StatQuery = Omit<MetricQuery, 'periodMs'>;

const PERIODS_BELOW_A_MINUTE = [10, 20, 30];

export interface AlarmMetrics {
  readonly entries: readonly AlarmMetric[];
  readonly resultId: string;
  readonly periodS: number;
}

/** @throws AwsError `InvalidParameterValue` naming the property */
export function readMetrics(properties: Properties): AlarmMetrics {
  if (properties.Metrics === undefined) {
    const periodS = readPeriod(properties.Period);
    return { entries: [readStat('m1', properties, properties)], resultId: 'm1', periodS };
  }
  const given = list(properties.Metrics).map(record);
  const entries = inOrder(given.map(readEntry));
  const results = given.filter((entry) => flag(entry.ReturnData, true));
  const [result] = results;
  if (!result || results.length > 1) {
    throw invalid(
      'Metrics',
      results.map((entry) => entry.Id),
      'exactly one entry has ReturnData true',
    );
  }
  const periods = given.flatMap((entry) => {
    const period = record(entry.MetricStat).Period ?? entry.Period;
    return period === undefined ? [] : [readPeriod(period)];
  });
  const [periodS] = periods;
  if (periodS === undefined) throw invalid('Metrics', given, 'a period is needed');
  if (periods.some((period) => period !== periodS))
    throw invalid('Period', periods, 'all periods must be equal');
  return { entries, resultId: text(result.Id) ?? '', periodS };
}

/** Statistics first, then each expression after those it uses. */
function inOrder(entries: readonly AlarmMetric[]): AlarmMetric[] {
  const ordered = entries.filter((entry) => entry.kind === 'stat') as AlarmMetric[];
  const waiting = entries.flatMap((entry) => (entry.kind === 'expression' ? [entry] : []));
  while (waiting.length > 0) {
    const known = new Set(ordered.map((entry) => entry.id));
    const next = waiting.findIndex((entry) => idsOf(entry.expression).every((id) => known.has(id)));
    const [entry] = next === -1 ? [] : waiting.splice(next, 1);
    if (!entry) throw invalid('Expression', waiting[0]?.text, 'it uses an id that no entry has, or itself');
    ordered.push(entry);
  }
  return ordered;
}

function readEntry(entry: Properties): AlarmMetric {
  const id = text(entry.Id) ?? '';
  if (!/^[a-z]\w*$/.test(id))
    throw invalid('Id', entry.Id, 'a name that starts with a small letter is needed');
  const expression = text(entry.Expression);
  if (expression !== undefined) {
    return { kind: 'expression', id, text: expression, expression: parsed(expression) };
  }
  const stat = record(entry.MetricStat);
  return readStat(id, record(stat.Metric), { ...stat, Statistic: stat.Stat });
}

function parsed(expression: string): Expression {
  try {
    return parseExpression(expression);
  } catch (error) {
    throw invalid('Expression', expression, (error as Error).message);
  }
}

function readStat(id: string, metric: Properties, stat: Properties): AlarmMetric {
  const name = text(stat.ExtendedStatistic) ?? text(stat.Statistic) ?? '';
  if (!statistic(name)) throw invalid('Statistic', name, 'the statistic is not known here');
  const unit = text(stat.Unit);
  return {
    kind: 'stat',
    id,
    query: {
      namespace: text(metric.Namespace) ?? '',
      name: text(metric.MetricName) ?? '',
      dimensions: dimensionsOf(metric.Dimensions),
      statistic: name,
      ...(unit === undefined ? {} : { unit }),
    },
  };
}

function readPeriod(value: unknown): number {
  const period = number('Period', value);
  if (PERIODS_BELOW_A_MINUTE.includes(period) || (period >= 60 && period % 60 === 0)) return period;
  throw invalid('Period', value, '10, 20, 30 or a multiple of 60 is needed');
}
