/** Operations that look at a change before it is made, and at why it could not be. */

import type {
  DescribeChangeSetInput,
  DescribeEventsInput,
  GetTemplateSummaryInput,
  ListChangeSetsInput,
  ListHookResultsInput,
  OperationEvent,
  ValidateTemplateInput,
} from '@aws-sdk/client-cloudformation';
import { readTemplate, shownValue, type Template } from '../../../twin/cloudformation/index.ts';
import { type Operation, operation } from '../../kernel/index.ts';
import { changeSetShape, changeSetSummary } from '../change-set-shapes.ts';
import { eventShape } from '../shapes.ts';
import type { ChangeSetRecord, StackEvent, StackRecord } from '../stack-record.ts';
import { parseTemplateText } from '../template-text.ts';
import { templateAuthorization, templateText } from '../templates.ts';
import { findChangeSet, ownerOf } from './change-set-lookup.ts';
import { asValidation, onStack, page, required, type ServiceContext } from './service-context.ts';

type Operations = Record<string, Operation>;

export function reviewingOperations(context: ServiceContext): Operations {
  const { engine } = context;
  return {
    DescribeChangeSet: operation<DescribeChangeSetInput, object>({
      authorize: (input) =>
        onStack(context, 'DescribeChangeSet', input.StackName ?? ownerOf(context, input.ChangeSetName)?.id),
      handle(input) {
        const { stack, changeSet } = findChangeSet(context, input.StackName, input.ChangeSetName);
        const shape = changeSetShape(stack, changeSet, input.IncludePropertyValues === true);
        const { items, next } = page(shape.Changes ?? [], input.NextToken);
        return { ...shape, Changes: items, ...next };
      },
    }),
    ListChangeSets: operation<ListChangeSetsInput, object>({
      authorize: (input) => onStack(context, 'ListChangeSets', input.StackName),
      handle(input) {
        const stack = engine.store.get(required(input.StackName, 'stackName'), 'in brackets');
        const { items, next } = page([...stack.changeSets.values()], input.NextToken);
        return { Summaries: items.map((changeSet) => changeSetSummary(stack, changeSet)), ...next };
      },
    }),
    DescribeEvents: operation<DescribeEventsInput, object>({
      authorize: (input) => onStack(context, 'DescribeEvents', input.StackName),
      handle(input) {
        const { items, next } = page(operationEvents(context, input), input.NextToken);
        return { OperationEvents: items, ...next };
      },
    }),
    // The sandbox has no hooks, so no hook ever ran.
    ListHookResults: operation<ListHookResultsInput, object>({
      authorize: () => onStack(context, 'ListHookResults', undefined),
      handle: () => ({ HookResults: [] }),
    }),
    ...templateOperations(context),
  };
}

function operationEvents(context: ServiceContext, input: DescribeEventsInput): OperationEvent[] {
  const failedOnly = input.Filters?.FailedEvents === true;
  if (input.ChangeSetName !== undefined) {
    const { stack, changeSet } = findChangeSet(context, input.StackName, input.ChangeSetName);
    return changeSet.failures.map((_, index) => validationEvent(stack, changeSet, index));
  }
  const stack = context.engine.store.get(required(input.StackName, 'stackName'), 'in brackets');
  return [...stack.events]
    .reverse()
    .filter(({ operationId }) => input.OperationId === undefined || operationId === input.OperationId)
    .filter(({ status }) => !failedOnly || status.endsWith('_FAILED'))
    .map((event) => progressEvent(stack, event));
}

function validationEvent(stack: StackRecord, changeSet: ChangeSetRecord, index: number): OperationEvent {
  const { logicalId, path, message } = changeSet.failures[index]!;
  const type = logicalId === null ? undefined : changeSet.target.template.resources.get(logicalId)?.type;
  return {
    EventId: `${changeSet.id}/${index}`,
    StackId: stack.id,
    OperationType: 'CREATE_CHANGESET',
    OperationStatus: 'FAILED',
    EventType: 'VALIDATION_ERROR',
    ...(logicalId === null ? {} : { LogicalResourceId: logicalId }),
    ...(type === undefined ? {} : { ResourceType: type }),
    Timestamp: new Date(changeSet.createdAt),
    ValidationName: 'TEMPLATE_RESOLUTION',
    ValidationStatus: 'FAILED',
    ValidationFailureMode: 'FAIL',
    ValidationStatusReason: message,
    ValidationPath: `/${path}`,
  };
}

function progressEvent(stack: StackRecord, event: StackEvent): OperationEvent {
  const { StackName: _, ...shape } = eventShape(stack, event);
  return { ...shape, EventType: event.physicalId === stack.id ? 'STACK_EVENT' : 'PROGRESS_EVENT' };
}

function templateOperations(context: ServiceContext): Operations {
  const read = (text: string) => asValidation(() => readTemplate(parseTemplateText(text)));
  return {
    GetTemplateSummary: operation<GetTemplateSummaryInput, object>({
      authorize: (input) => [
        ...onStack(context, 'GetTemplateSummary', input.StackName),
        ...templateAuthorization(input),
      ],
      handle(input) {
        const standing =
          input.StackName === undefined ? undefined : context.engine.store.get(input.StackName).target?.text;
        const template = read(standing ?? templateText(context.ports.objects, input));
        const types = [...new Set([...template.resources.values()].map(({ type }) => type))];
        return {
          ...summary(template),
          ResourceTypes: types,
          ResourceIdentifierSummaries: [],
          Version: '2010-09-09',
        };
      },
    }),
    ValidateTemplate: operation<ValidateTemplateInput, object>({
      authorize: (input) => [
        ...onStack(context, 'ValidateTemplate', undefined),
        ...templateAuthorization(input),
      ],
      handle: (input) => summary(read(templateText(context.ports.objects, input))),
    }),
  };
}

function summary(template: Template) {
  const makesIdentities = [...template.resources.values()].some(({ type }) => type.startsWith('AWS::IAM::'));
  return {
    ...(template.description === null ? {} : { Description: template.description }),
    Capabilities: makesIdentities ? ['CAPABILITY_NAMED_IAM'] : [],
    Parameters: Object.entries(template.parameters).map(([name, definition]) => ({
      ParameterKey: name,
      ParameterType: String(definition['Type']),
      NoEcho: String(definition['NoEcho']) === 'true',
      ...(definition['Default'] === undefined ? {} : { DefaultValue: shownValue(definition['Default']) }),
      ...(typeof definition['Description'] === 'string' ? { Description: definition['Description'] } : {}),
    })),
  };
}
