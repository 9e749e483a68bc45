/** PutEvents, ListRules and DescribeRule. */

import type {
  DescribeRuleRequest,
  ListRulesRequest,
  PutEventsRequest,
  PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { AwsError, type BusEvent, type Operation, type World, operation } from '../kernel/index.ts';
import { BUS } from './definition.ts';
import type { Rule } from './rule.ts';

export interface Bus {
  rules(): Rule[];
  /** Returns the event's id. */
  accept(event: BusEvent): string;
}

const ENTRIES_MAX = 10;
const RULES_PAGE = 100;

export function eventOperations(world: World, bus: Bus): Record<string, Operation> {
  const arn = (path: string): string =>
    `arn:${world.partition}:events:${world.region}:${world.accountId}:${path}`;
  const busArn = (name: string | undefined): string =>
    name?.startsWith('arn:') ? name : arn(`event-bus/${name ?? BUS}`);
  return {
    PutEvents: operation<PutEventsRequest, unknown>({
      authorize: (input) =>
        (input.Entries ?? []).map((entry) => ({
          action: 'events:PutEvents',
          resource: busArn(entry.EventBusName),
          context: {
            'events:source': [entry.Source ?? ''],
            'events:detail-type': [entry.DetailType ?? ''],
            'events:eventBusInvocation': 'false',
          },
        })),
      handle: (input) => putEvents(bus, input, arn(`event-bus/${BUS}`)),
    }),
    ListRules: operation<ListRulesRequest, unknown>({
      authorize: () => [{ action: 'events:ListRules', resource: '*' }],
      handle: (input) => listRules(bus, input),
    }),
    DescribeRule: operation<DescribeRuleRequest, unknown>({
      authorize: (input) => [{ action: 'events:DescribeRule', resource: arn(`rule/${input.Name}`) }],
      handle: (input) => {
        const rule = bus.rules().find(({ name }) => name === input.Name);
        if (rule === undefined) {
          throw new AwsError(
            'ResourceNotFoundException',
            `Rule ${input.Name} does not exist on EventBus default.`,
          );
        }
        return described(rule);
      },
    }),
  };
}

function putEvents(bus: Bus, input: PutEventsRequest, busArn: string): unknown {
  const entries = input.Entries ?? [];
  if (entries.length === 0 || entries.length > ENTRIES_MAX) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${ENTRIES_MAX}`,
    );
  }
  const results = entries.map((entry) => {
    const fault = faultOf(entry, busArn);
    if (fault !== null) return { ErrorCode: fault.code, ErrorMessage: fault.message };
    const id = bus.accept({
      source: entry.Source!,
      'detail-type': entry.DetailType!,
      detail: JSON.parse(entry.Detail!) as Record<string, unknown>,
      resources: entry.Resources ?? [],
    });
    return { EventId: id };
  });
  return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
}

/** Entries are judged one by one: a bad one does not hold the others back. */
function faultOf(entry: PutEventsRequestEntry, busArn: string): { code: string; message: string } | null {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((member) => !entry[member]);
  if (missing !== undefined) {
    return {
      code: 'InvalidArgument',
      message: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  }
  if (entry.EventBusName !== undefined && ![BUS, busArn].includes(entry.EventBusName)) {
    return {
      code: 'InvalidArgument',
      message: `The sandbox has the default bus only, not ${entry.EventBusName}.`,
    };
  }
  if (entry.Source!.startsWith('aws.')) {
    return { code: 'NotAuthorizedForSource', message: 'Not authorized for the source.' };
  }
  if (!isJsonObject(entry.Detail!)) return { code: 'MalformedDetail', message: 'Detail is malformed.' };
  return null;
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function listRules(bus: Bus, input: ListRulesRequest): unknown {
  const { NamePrefix: prefix = '', NextToken: start } = input;
  const rules = bus
    .rules()
    .filter(({ name }) => name.startsWith(prefix) && (start === undefined || name > start))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const page = rules.slice(0, input.Limit ?? RULES_PAGE);
  return {
    Rules: page.map(described),
    NextToken: page.length < rules.length ? page.at(-1)?.name : undefined,
  };
}

function described(rule: Rule): unknown {
  const { description, enabled, pattern, schedule } = rule.definition;
  return {
    Name: rule.name,
    Arn: rule.arn,
    Description: description,
    EventPattern: pattern ?? undefined,
    ScheduleExpression: schedule ?? undefined,
    State: enabled ? 'ENABLED' : 'DISABLED',
    EventBusName: BUS,
  };
}
