/** Reads and checks the properties of AWS::Events::Rule. */

import {
  DEFAULT_RETRY_POLICY,
  type InputRules,
  type RetryPolicy,
  compilePattern,
} from '../../twin/events/index.ts';
import { parseRate } from '../../twin/scheduler/index.ts';
import { Properties, type ResourceRequest } from '../kernel/index.ts';
import { retryPolicyOf } from './deliveries.ts';

export interface TargetDefinition {
  readonly id: string;
  readonly arn: string;
  readonly kind: 'function' | 'queue' | 'topic';
  readonly input: InputRules;
  readonly policy: RetryPolicy;
  readonly deadLetterArn: string | null;
}

export interface RuleDefinition {
  readonly description: string | undefined;
  readonly enabled: boolean;
  /** As JSON text; null for a rule with a schedule only. */
  readonly pattern: string | null;
  matches(event: unknown): boolean;
  readonly schedule: string | null;
  readonly periodMs: number | null;
  readonly targets: readonly TargetDefinition[];
}

export const BUS = 'default';
const KNOWN = [
  'Name',
  'Description',
  'EventBusName',
  'EventPattern',
  'ScheduleExpression',
  'State',
  'Targets',
  'Tags',
];
const TARGET_KINDS = { lambda: 'function', sqs: 'queue', sns: 'topic' } as const;
const TARGETS_MAX = 5;

/** Throws AwsError `ValidationException`. */
export function ruleDefinition(request: ResourceRequest): RuleDefinition {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN, { RoleArn: 'the sandbox enacts no targets that need a role' });
  const bus = properties.text('EventBusName');
  if (bus !== undefined && bus !== BUS && !bus.endsWith(`:event-bus/${BUS}`)) {
    throw properties.fault('EventBusName', 'the sandbox has the default bus only');
  }
  if (!properties.has('EventPattern') && !properties.has('ScheduleExpression')) {
    throw properties.fault('EventPattern', 'a rule needs an EventPattern or a ScheduleExpression');
  }
  const targets = properties.objects('Targets').map(targetDefinition);
  if (targets.length > TARGETS_MAX)
    throw properties.fault('Targets', `a rule has at most ${TARGETS_MAX} targets`);
  const schedule = properties.text('ScheduleExpression') ?? null;
  return {
    description: properties.text('Description'),
    enabled: properties.oneOf('State', ['ENABLED', 'DISABLED']) !== 'DISABLED',
    ...patternOf(properties),
    schedule,
    periodMs: schedule === null ? null : checked(properties, 'ScheduleExpression', () => parseRate(schedule)),
    targets,
  };
}

function patternOf(properties: Properties): Pick<RuleDefinition, 'pattern' | 'matches'> {
  const pattern = properties.raw('EventPattern');
  if (pattern === undefined) return { pattern: null, matches: () => false };
  const matches = checked(properties, 'EventPattern', () => compilePattern(pattern));
  return { pattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern), matches };
}

function checked<T>(properties: Properties, name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw properties.fault(name, (error as Error).message);
  }
}

function targetDefinition(target: Properties): TargetDefinition {
  target.only(['Arn', 'Id', 'Input', 'InputPath', 'InputTransformer', 'RetryPolicy', 'DeadLetterConfig']);
  const arn = target.requiredText('Arn');
  const service = arn.split(':')[2] ?? '';
  const kind = Object.hasOwn(TARGET_KINDS, service)
    ? TARGET_KINDS[service as keyof typeof TARGET_KINDS]
    : undefined;
  if (kind === undefined) {
    throw target.fault('Arn', 'the sandbox enacts functions, queues and topics as targets of rules');
  }
  return {
    id: target.requiredText('Id'),
    arn,
    kind,
    input: inputOf(target),
    policy: retryPolicyOf(target, DEFAULT_RETRY_POLICY),
    deadLetterArn: target.object('DeadLetterConfig')?.text('Arn') ?? null,
  };
}

function inputOf(target: Properties): InputRules {
  const given = ['Input', 'InputPath', 'InputTransformer'].filter((name) => target.has(name));
  if (given.length > 1) throw target.fault(given[1]!, `may not stand together with ${given[0]}`);
  const transformer = target.object('InputTransformer');
  return {
    input: target.text('Input'),
    inputPath: target.text('InputPath'),
    transformer:
      transformer === undefined
        ? undefined
        : {
            paths: (transformer.raw('InputPathsMap') ?? {}) as Record<string, string>,
            template: transformer.requiredText('InputTemplate'),
          },
  };
}
