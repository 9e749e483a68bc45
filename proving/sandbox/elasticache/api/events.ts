/** DescribeEvents: the last hour unless asked otherwise, at most 14 days, oldest first. */

import type { DescribeEventsMessage, EventsMessage } from '@aws-sdk/client-elasticache';
import { AwsError } from '../../kernel/index.ts';
import type { EventLog } from '../event-log.ts';

const DEFAULT_DURATION_MINUTES = 60;
const DURATION_MINUTES_MAX = 14 * 24 * 60;
const MINUTE_MS = 60_000;

export function describeEvents(log: EventLog, input: DescribeEventsMessage, now: number): EventsMessage {
  const { SourceIdentifier: source, SourceType: type } = input;
  if (source !== undefined && type === undefined) {
    throw new AwsError('InvalidParameterCombination', 'SourceType is needed with SourceIdentifier.');
  }
  const minutes = Math.min(input.Duration ?? DEFAULT_DURATION_MINUTES, DURATION_MINUTES_MAX);
  const from = input.StartTime?.getTime() ?? (input.EndTime?.getTime() ?? now) - minutes * MINUTE_MS;
  const to = input.EndTime?.getTime() ?? now;
  const passing = log
    .all()
    .filter(({ at }) => at >= from && at <= to)
    .filter(({ sourceType }) => type === undefined || sourceType === type)
    .filter((event) => source === undefined || event.source === source.toLowerCase());
  return {
    Events: passing.map((event) => ({
      SourceIdentifier: event.source,
      SourceType: event.sourceType,
      Message: event.message,
      Date: new Date(event.at),
    })),
  };
}
