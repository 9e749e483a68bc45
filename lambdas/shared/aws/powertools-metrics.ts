import { MetricResolution, Metrics as Powertools, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE } from '../../../core/naming.ts';
import type { Metrics } from '../../../core/ports/index.ts';

/** Metrics, of high resolution unless they say otherwise, by one EMF line for each group. Carries the group's dimensions and no others. */
export function powertoolsMetrics(): Metrics {
  const powertools = new Powertools({ namespace: METRIC_NAMESPACE });
  powertools.clearDefaultDimensions();
  return {
    emit: (groups) => {
      for (const { dimensions, values } of groups) {
        for (const [name, value] of Object.entries(dimensions)) powertools.addDimension(name, value);
        for (const { name, value, unit, resolution } of values) {
          const kept = resolution === 'standard' ? MetricResolution.Standard : MetricResolution.High;
          powertools.addMetric(name, MetricUnit[unit], value, kept);
        }
        powertools.publishStoredMetrics();
      }
    },
  };
}
