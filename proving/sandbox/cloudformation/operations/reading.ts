/** Operations that describe stacks and what they hold. */

import type {
  DescribeStackEventsInput,
  DescribeStackResourceInput,
  DescribeStackResourcesInput,
  DescribeStacksInput,
  GetTemplateInput,
  ListExportsInput,
  ListImportsInput,
  ListStackResourcesInput,
  ListStacksInput,
} from '@aws-sdk/client-cloudformation';
import { isDeleted, statusOf } from '../../../twin/cloudformation/index.ts';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import { eventShape, resourceShape, resourceSummary, stackShape, stackSummary } from '../shapes.ts';
import type { StackRecord } from '../stack-record.ts';
import { findChangeSet } from './change-set-lookup.ts';
import { onStack, page, required, type ServiceContext } from './service-context.ts';

type Operations = Record<string, Operation>;

export function readingOperations(context: ServiceContext): Operations {
  const { store } = context.engine;
  return {
    DescribeStacks: operation<DescribeStacksInput, object>({
      authorize: (input) => onStack(context, 'DescribeStacks', input.StackName),
      handle(input) {
        if (input.StackName !== undefined) return { Stacks: [stackShape(store.get(input.StackName))] };
        const { items, next } = page(store.standing(), input.NextToken);
        return { Stacks: items.map(stackShape), ...next };
      },
    }),
    DescribeStackEvents: operation<DescribeStackEventsInput, object>({
      authorize: (input) => onStack(context, 'DescribeStackEvents', input.StackName),
      handle(input) {
        const stack = store.get(required(input.StackName, 'stackName'), 'in brackets');
        const { items, next } = page([...stack.events].reverse(), input.NextToken);
        return { StackEvents: items.map((event) => eventShape(stack, event)), ...next };
      },
    }),
    ListStacks: operation<ListStacksInput, object>({
      authorize: () => onStack(context, 'ListStacks', undefined),
      handle(input) {
        const wanted = new Set<string>(input.StackStatusFilter ?? []);
        const found = store.all().filter(({ state }) => wanted.size === 0 || wanted.has(statusOf(state)));
        const { items, next } = page(found, input.NextToken);
        return { StackSummaries: items.map(stackSummary), ...next };
      },
    }),
    ...resourceOperations(context),
    ...sharingOperations(context),
    GetTemplate: operation<GetTemplateInput, object>({
      authorize: (input) => onStack(context, 'GetTemplate', input.StackName),
      handle: (input) => ({ ...templateBody(context, input), StagesAvailable: ['Original', 'Processed'] }),
    }),
  };
}

function templateBody(context: ServiceContext, input: GetTemplateInput): { TemplateBody?: string } {
  if (input.ChangeSetName !== undefined) {
    return {
      TemplateBody: findChangeSet(context, input.StackName, input.ChangeSetName).changeSet.target.text,
    };
  }
  const { target } = context.engine.store.get(required(input.StackName, 'stackName'));
  return target === null ? {} : { TemplateBody: target.text };
}

function resourceOperations(context: ServiceContext): Operations {
  const { store } = context.engine;
  return {
    DescribeStackResources: operation<DescribeStackResourcesInput, object>({
      authorize: (input) => onStack(context, 'DescribeStackResources', input.StackName),
      handle(input) {
        const stack =
          input.StackName === undefined
            ? holderOf(context, input.PhysicalResourceId)
            : store.get(input.StackName);
        const found = [...stack.statuses.values()].filter(
          ({ logicalId }) => input.LogicalResourceId === undefined || logicalId === input.LogicalResourceId,
        );
        if (input.LogicalResourceId !== undefined && found.length === 0)
          throw noResource(stack, input.LogicalResourceId);
        return { StackResources: found.map((event) => resourceShape(stack, event)) };
      },
    }),
    DescribeStackResource: operation<DescribeStackResourceInput, object>({
      authorize: (input) => onStack(context, 'DescribeStackResource', input.StackName),
      handle(input) {
        const stack = store.get(required(input.StackName, 'stackName'), 'in brackets');
        const logicalId = required(input.LogicalResourceId, 'logicalResourceId');
        const event = stack.statuses.get(logicalId);
        if (event === undefined) throw noResource(stack, logicalId);
        const { Timestamp, ...shape } = resourceShape(stack, event);
        return { StackResourceDetail: { ...shape, LastUpdatedTimestamp: Timestamp } };
      },
    }),
    ListStackResources: operation<ListStackResourcesInput, object>({
      authorize: (input) => onStack(context, 'ListStackResources', input.StackName),
      handle(input) {
        const stack = store.get(required(input.StackName, 'stackName'));
        const { items, next } = page([...stack.statuses.values()], input.NextToken);
        return { StackResourceSummaries: items.map(resourceSummary), ...next };
      },
    }),
  };
}

function holderOf({ engine }: ServiceContext, physicalId: string | undefined): StackRecord {
  const wanted = required(physicalId, 'physicalResourceId');
  const holder = engine.store
    .standing()
    .find(({ resources }) => [...resources.values()].some((one) => one.physicalId === wanted));
  if (holder !== undefined) return holder;
  throw new AwsError('ValidationError', `Stack for ${wanted} does not exist`);
}

function noResource(stack: StackRecord, logicalId: string): AwsError {
  return new AwsError('ValidationError', `Resource ${logicalId} does not exist for stack ${stack.name}`);
}

function sharingOperations(context: ServiceContext): Operations {
  const { store } = context.engine;
  return {
    ListExports: operation<ListExportsInput, object>({
      authorize: () => onStack(context, 'ListExports', undefined),
      handle(input) {
        const all = store.standing().flatMap((stack) =>
          stack.outputs
            .filter(({ exportName }) => exportName !== null)
            .map(({ exportName, value }) => ({
              ExportingStackId: stack.id,
              Name: exportName,
              Value: value,
            })),
        );
        const { items, next } = page(all, input.NextToken);
        return { Exports: items, ...next };
      },
    }),
    ListImports: operation<ListImportsInput, object>({
      authorize: () => onStack(context, 'ListImports', undefined),
      handle(input) {
        const name = required(input.ExportName, 'exportName');
        const importers = store
          .standing()
          .filter(({ imports, state }) => imports.has(name) && !isDeleted(state))
          .map((stack) => stack.name);
        if (importers.length > 0) return { Imports: importers };
        throw new AwsError('ValidationError', `Export '${name}' is not imported by any stack.`);
      },
    }),
  };
}
