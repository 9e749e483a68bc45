/** An event source mapping as its template describes it. */

import { compilePattern } from '../../twin/events/index.ts';
import type { MappingPolicy } from '../../twin/lambda/index.ts';
import { AwsError } from '../kernel/index.ts';
import { checkDestination } from './destinations.ts';
import { flag, record, text, texts, whole } from './function-config.ts';

export interface MappingConfig {
  readonly functionName: string;
  readonly streamArn: string;
  readonly enabled: boolean;
  readonly policy: MappingPolicy;
  /** A record is delivered if one of the filters matches it; none means all are. */
  readonly filters: readonly ((event: unknown) => boolean)[];
  readonly onFailure: string | null;
}

const STREAM = /^arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/[^/]+\/stream\/.+$/;
const BATCH_SIZE_MAX = 10_000;

/** @throws AwsError naming the property that cannot be enacted */
export function readMappingConfig(properties: Readonly<Record<string, unknown>>): MappingConfig {
  const streamArn = text(properties.EventSourceArn) ?? '';
  if (!STREAM.test(streamArn)) {
    throw invalid('EventSourceArn', properties.EventSourceArn, 'only DynamoDB streams are read here');
  }
  const position = properties.StartingPosition;
  if (position !== 'LATEST') {
    throw invalid(
      'StartingPosition',
      position,
      "LATEST is needed: the sandbox's streams keep no past records",
    );
  }
  if (whole(properties, 'ParallelizationFactor', { fallback: 1, min: 1, max: 10 }) !== 1) {
    throw invalid('ParallelizationFactor', properties.ParallelizationFactor, 'the sandbox keeps it at 1');
  }
  if (Number(properties.TumblingWindowInSeconds ?? 0) > 0) {
    throw invalid('TumblingWindowInSeconds', properties.TumblingWindowInSeconds, 'windows are not run here');
  }
  const destination = text(record(record(properties.DestinationConfig).OnFailure).Destination);
  return {
    streamArn,
    functionName: text(properties.FunctionName) ?? '',
    enabled: properties.Enabled === undefined || flag(properties.Enabled),
    policy: readPolicy(properties),
    filters: readFilters(record(properties.FilterCriteria).Filters),
    onFailure: destination === undefined ? null : checkDestination(destination),
  };
}

function readPolicy(properties: Readonly<Record<string, unknown>>): MappingPolicy {
  const batch = { fallback: 100, min: 1, max: BATCH_SIZE_MAX };
  const window = { fallback: 0, min: 0, max: 300 };
  const age = whole(properties, 'MaximumRecordAgeInSeconds', { fallback: -1, min: -1, max: 604_800 });
  const retries = whole(properties, 'MaximumRetryAttempts', { fallback: -1, min: -1, max: 10_000 });
  return {
    batchSize: whole(properties, 'BatchSize', batch),
    batchingWindowMs: whole(properties, 'MaximumBatchingWindowInSeconds', window) * 1000,
    recordAgeMsMax: age === -1 ? null : age * 1000,
    retriesMax: retries === -1 ? null : retries,
    bisect: flag(properties.BisectBatchOnFunctionError),
    reportItemFailures: texts(properties.FunctionResponseTypes).includes('ReportBatchItemFailures'),
  };
}

function readFilters(filters: unknown): ((event: unknown) => boolean)[] {
  if (!Array.isArray(filters)) return [];
  return filters.map((filter) => {
    const pattern = text(record(filter).Pattern) ?? '';
    try {
      return compilePattern(pattern);
    } catch (error) {
      throw invalid('FilterCriteria', pattern, (error as Error).message);
    }
  });
}

function invalid(name: string, value: unknown, rule: string): AwsError {
  const shown = JSON.stringify(value) ?? 'nothing';
  return new AwsError('InvalidParameterValueException', `${name} = ${shown}: ${rule}`);
}
