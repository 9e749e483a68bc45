/** What the estimators read out of a template, and how a quantity becomes a line. */

import type { CostResource, LineItem, PriceFile, PriceName } from './types.ts';

export type Pricer = (name: PriceName, what: string, quantity: number, because: string) => LineItem;

export function pricer(prices: PriceFile): Pricer {
  return (name, what, quantity, because) => ({
    what,
    because,
    quantity,
    price: name,
    usd: quantity * prices.prices[name].usd,
  });
}

/** Functions by the name they report under. */
export function functionsOf(
  resources: readonly CostResource[],
  accepts: (reportName: string) => boolean,
): readonly CostResource[] {
  return resources.filter((resource) => {
    if (resource.Type !== 'AWS::Lambda::Function') return false;
    const environment = resource.Properties?.['Environment'] as
      { Variables?: Record<string, unknown> } | undefined;
    const name = environment?.Variables?.['UNDERSTUDY_FUNCTION'];
    return typeof name === 'string' && accepts(name);
  });
}

/** The number in the parameter whose name ends so. Throws where there is none. */
export function parameterOf(resources: readonly CostResource[], suffix: string): number {
  const parameter = resources.find(({ Type, Properties }) => {
    return Type === 'AWS::SSM::Parameter' && String(Properties?.['Name']).endsWith(suffix);
  });
  const value = Number(parameter?.Properties?.['Value']);
  if (!Number.isFinite(value) || value <= 0) throw new Error(`no parameter ends with ${suffix}`);
  return value;
}

export function numberOf(resource: CostResource | undefined, property: string, byDefault = 0): number {
  const value = resource?.Properties?.[property];
  return typeof value === 'number' ? value : byDefault;
}

/** An alarm costs by the metrics it reads: one, or those of its expression. */
export function sumOfMetrics(alarms: readonly CostResource[]): number {
  return alarms.reduce((sum, alarm) => {
    const queries = (alarm.Properties?.['Metrics'] ?? []) as readonly { MetricStat?: unknown }[];
    return sum + Math.max(1, queries.filter((query) => query.MetricStat !== undefined).length);
  }, 0);
}

const HIGH_RESOLUTION_BELOW_S = 60;

/** The alarms among them that look more often than once a minute. */
export function highResolution(alarms: readonly CostResource[]): readonly CostResource[] {
  return alarms.filter(
    (alarm) => numberOf(alarm, 'Period', HIGH_RESOLUTION_BELOW_S) < HIGH_RESOLUTION_BELOW_S,
  );
}
