/** A check that reads the data of an alarm's metric. The alarm's own state, and who sets it, changes nothing. */

import { metricHealthy, type MonitoredAlarm } from '../../../twin/dns/index.ts';
import type { AlarmData } from '../../cloudwatch/index.ts';
import type { World } from '../../kernel/index.ts';
import type { Watch } from './endpoint-watch.ts';
import type { MetricCheck } from './settings.ts';

/** How often Route 53 looks is not documented; data of a standard metric comes once a minute. Assumed. */
const LOOK_MS = 10_000;

/** @param last the status before: true for a new check */
export function watchMetric(
  world: World,
  { whenMissing }: MetricCheck,
  { data, last }: { readonly data: AlarmData; readonly last: boolean },
): Watch {
  let isHealthy = last;
  const look = () => {
    isHealthy = metricHealthy(data.rule, data.points(), whenMissing, isHealthy);
  };
  const timer = setInterval(look, world.managed(LOOK_MS));
  return {
    isHealthy: () => isHealthy,
    stop: () => clearInterval(timer),
  };
}

export function monitored({ rule, periodS, metric }: AlarmData): MonitoredAlarm {
  const { evaluationPeriods, datapointsToAlarm } = rule;
  const isMath = metric === null;
  return { periodS, statistic: metric?.statistic ?? '', isMath, evaluationPeriods, datapointsToAlarm };
}
