/** What AWS's own API says of the stacks, their parameters and the thresholds in force. */

import { CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SSMClient, paginateGetParametersByPath } from '@aws-sdk/client-ssm';
import { targetOf } from '../../bin/stage/place.ts';
import { thresholdsKey } from '../../core/state/keys.ts';
import type { ThresholdsItem } from '../../core/state/items.ts';
import { fromAttributes } from '../../lambdas/shared/attribute-values.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import type { SandboxCard } from '../../proving/sandbox/index.ts';

export interface StackEvent {
  readonly stack: string;
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

/** Every event of the stacks, by its id. */
export async function stackEvents(
  card: SandboxCard,
  stacks: readonly string[],
): Promise<ReadonlyMap<string, StackEvent>> {
  const client = new CloudFormationClient(targetOf(card));
  const events = new Map<string, StackEvent>();
  for (const stack of stacks) {
    for await (const page of paginateDescribeStackEvents({ client }, { StackName: stack })) {
      for (const event of page.StackEvents ?? []) {
        events.set(event.EventId!, {
          stack,
          logicalId: event.LogicalResourceId!,
          type: event.ResourceType!,
          status: event.ResourceStatus!,
          reason: event.ResourceStatusReason ?? '',
        });
      }
    }
  }
  client.destroy();
  return events;
}

/** What was added between two looks. */
export function added(
  before: ReadonlyMap<string, StackEvent>,
  after: ReadonlyMap<string, StackEvent>,
): readonly StackEvent[] {
  return [...after].filter(([id]) => !before.has(id)).map(([, event]) => event);
}

/** The resources, not the stacks themselves, that events speak of. */
export function touched(events: readonly StackEvent[]): readonly string[] {
  const resources = events.filter((event) => event.type !== 'AWS::CloudFormation::Stack');
  return [...new Set(resources.map((event) => `${event.stack} ${event.type} ${event.logicalId}`))];
}

export async function parametersUnder(card: SandboxCard, root: string): Promise<Record<string, string>> {
  const client = new SSMClient(targetOf(card));
  const found: Record<string, string> = {};
  for await (const page of paginateGetParametersByPath({ client }, { Path: root, Recursive: true })) {
    for (const { Name, Value } of page.Parameters ?? []) found[Name!] = Value!;
  }
  client.destroy();
  return found;
}

/** Reads the item that the probers and controllers read. */
export async function thresholdsReader(card: SandboxCard): Promise<() => Promise<ThresholdsItem>> {
  const table = output(await readOutputs(targetOf(card), 'Demo'), 'StateTableName');
  const { pk, sk } = thresholdsKey('database');
  const client = new DynamoDBClient(targetOf(card));
  return async () => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
    );
    if (Item === undefined) throw new Error('no thresholds are in force yet');
    return fromAttributes(Item) as unknown as ThresholdsItem;
  };
}
