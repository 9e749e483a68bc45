/**
 * What an application says of its read budget: one line of its log in CloudWatch's embedded metric format, from which
 * CloudWatch makes the metric that the alarm `read-budget-spent` watches. A line costs nothing but its length, so it is
 * written only when a load was refused.
 */

import { METRIC_NAMESPACE } from '../naming.ts';

/** The metric has the failure's own name; its dimensions are the environment and the application. */
export const BUDGET_METRIC = { spent: 'read-budget-spent', dimension: 'Application' } as const;

export interface SpentBudget {
  readonly environment: string;
  readonly application: string;
  /** Loads that were refused since the line before. */
  readonly refused: number;
  /** Epoch ms. */
  readonly now: number;
}

/** The line, or null where nothing was refused. Write it to standard output as it is, once every ten seconds or so. */
export function spentBudgetLine({ environment, application, refused, now }: SpentBudget): string | null {
  if (refused <= 0) return null;
  const metric = { Name: BUDGET_METRIC.spent, Unit: 'Count' };
  const directive = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [['Environment', BUDGET_METRIC.dimension]],
    Metrics: [metric],
  };
  return JSON.stringify({
    _aws: { Timestamp: now, CloudWatchMetrics: [directive] },
    Environment: environment,
    [BUDGET_METRIC.dimension]: application,
    [BUDGET_METRIC.spent]: refused,
  });
}
