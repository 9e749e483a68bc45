/** DescribeEvents: the last hour unless asked otherwise, at most 14 days, oldest first. */

import type { DescribeEventsMessage, Event, EventsMessage } from '@aws-sdk/client-rds';
import { AwsError } from '../../kernel/index.ts';
import type { EventLog } from '../event-log.ts';
import { nameOf } from '../registry.ts';

const DEFAULT_DURATION_MINUTES = 60;
const DURATION_MINUTES_MAX = 14 * 24 * 60;
const SOURCE_TYPES: Readonly<Record<string, string>> = {
  'db-cluster': 'CLUSTER',
  'db-instance': 'DB_INSTANCE',
};

export function describeEvents(log: EventLog, input: DescribeEventsMessage, now: number): EventsMessage {
  if (input.SourceIdentifier !== undefined && input.SourceType === undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'SourceType must be provided when SourceIdentifier is.',
    );
  }
  const minutes = Math.min(input.Duration ?? DEFAULT_DURATION_MINUTES, DURATION_MINUTES_MAX);
  const from = input.StartTime?.getTime() ?? (input.EndTime?.getTime() ?? now) - minutes * 60_000;
  const to = input.EndTime?.getTime() ?? now;
  const wantedType = input.SourceType === undefined ? null : SOURCE_TYPES[input.SourceType];
  const wantedSource = input.SourceIdentifier === undefined ? null : nameOf(input.SourceIdentifier);
  const categories = input.EventCategories ?? [];
  const passing = log
    .all()
    .filter((event) => event.at >= from && event.at <= to)
    .filter((event) => wantedType === null || event.sourceType === wantedType)
    .filter((event) => wantedSource === null || event.source === wantedSource)
    .filter((event) => categories.length === 0 || event.categories.some((one) => categories.includes(one)));
  return {
    Events: passing.map((event): Event => ({
      SourceIdentifier: event.source,
      SourceType: event.sourceType === 'CLUSTER' ? 'db-cluster' : 'db-instance',
      Message: event.message,
      EventCategories: [...event.categories],
      Date: new Date(event.at),
      SourceArn: event.arn,
    })),
  };
}
