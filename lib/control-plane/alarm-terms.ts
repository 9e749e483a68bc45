/** How metrics become alarms, for the alarms of every tier. */

import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Failure } from '../../core/failures.ts';

export const MINUTE = Duration.minutes(1);

/** How a metric becomes an alarm: at or above the threshold in `of` periods' `outOf`. */
export interface Evaluation {
  readonly of: number;
  readonly outOf: number;
  readonly threshold: number;
  readonly comparison: cloudwatch.ComparisonOperator;
  readonly missing: cloudwatch.TreatMissingData;
}

/** One alarm to be made: of a failure, for one of its subjects. */
export interface AlarmSpec {
  readonly failure: Failure;
  /** @default - the environment as a whole */
  readonly subject?: string;
  readonly metric: cloudwatch.IMetric;
  readonly evaluation: Evaluation;
}

export const RAISED: Evaluation = {
  of: 1,
  outOf: 1,
  threshold: 1,
  comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  // Missing data is never evidence (I-30).
  missing: cloudwatch.TreatMissingData.NOT_BREACHING,
};
/** Log lines become metrics when they like: two of three periods of ten seconds. */
export const MEMBER: Evaluation = { ...RAISED, of: 2, outOf: 3 };
export const SUSTAINED: Evaluation = { ...RAISED, of: 2, outOf: 2 };
export const FAILING: Evaluation = { ...RAISED, of: 3, outOf: 5 };
/** Of the one thread that runs a shard's commands, in percent: above it they wait for each other. */
export const BUSY: Evaluation = { ...RAISED, of: 5, outOf: 5, threshold: 90 };
/** More than the capacity, in percent, minute after minute: a burst is no reason to wake anybody. */
export const OVER_CAPACITY: Evaluation = {
  ...RAISED,
  of: 5,
  outOf: 5,
  threshold: 100,
  comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
};
export const SILENT: Evaluation = {
  of: 2,
  outOf: 2,
  threshold: 1,
  comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
  // Silence is what this one is about; it only tells people.
  missing: cloudwatch.TreatMissingData.BREACHING,
};
/** A signal that says 1 while all is well. That nobody says anything is not evidence (I-30). */
export const DOWN: Evaluation = { ...SILENT, missing: cloudwatch.TreatMissingData.NOT_BREACHING };
