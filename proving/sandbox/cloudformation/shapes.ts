/** Puts what we know of stacks into the shapes of the CloudFormation API. */

import type {
  Stack,
  StackEvent as StackEventShape,
  StackResource,
  StackResourceSummary,
  StackSummary,
} from '@aws-sdk/client-cloudformation';
import { NO_ECHO_SHOWN, type ResolvedParameter, statusOf } from '../../twin/cloudformation/index.ts';
import type { StackEvent, StackRecord } from './stack-record.ts';
import type { Target } from './target.ts';

function optional<K extends string, V>(key: K, value: V | null | undefined): Partial<Record<K, V>> {
  return (value === null || value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;
}

function dateOf(at: number | null): Date | undefined {
  return at === null ? undefined : new Date(at);
}

export function stackShape(stack: StackRecord): Stack {
  const { target } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    CreationTime: new Date(stack.createdAt),
    ...optional('LastUpdatedTime', dateOf(stack.updatedAt)),
    ...optional('DeletionTime', dateOf(stack.deletedAt)),
    StackStatus: statusOf(stack.state),
    ...optional('StackStatusReason', stack.reason),
    ...optional('ChangeSetId', stack.changeSetId),
    ...optional('Description', target?.template.description),
    ...optional('RoleARN', target?.roleArn),
    Parameters: target === null ? [] : parameterShapes(target),
    Outputs: stack.outputs.map(({ name, value, description, exportName }) => ({
      OutputKey: name,
      OutputValue: value,
      ...optional('Description', description),
      ...optional('ExportName', exportName),
    })),
    Capabilities: [...(target?.capabilities ?? [])] as NonNullable<Stack['Capabilities']>,
    NotificationARNs: [...(target?.notificationArns ?? [])],
    Tags: (target?.tags ?? []).map(({ Key, Value }) => ({ Key, Value })),
    RollbackConfiguration: {},
    DisableRollback: stack.disableRollback,
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function parameterShapes(target: Target) {
  return [...target.parameters.values()].map((parameter) => ({
    ParameterKey: parameter.name,
    ParameterValue: parameter.noEcho ? NO_ECHO_SHOWN : parameter.given,
    ...(parameter.fromSsm ? { ResolvedValue: resolvedText(parameter) } : {}),
  }));
}

function resolvedText({ noEcho, value }: ResolvedParameter): string {
  if (noEcho) return NO_ECHO_SHOWN;
  return typeof value === 'string' ? value : value.join(',');
}

export function stackSummary(stack: StackRecord): StackSummary {
  const shape = stackShape(stack);
  return {
    StackId: shape.StackId,
    StackName: shape.StackName,
    CreationTime: shape.CreationTime,
    ...optional('LastUpdatedTime', shape.LastUpdatedTime),
    ...optional('DeletionTime', shape.DeletionTime),
    ...optional('TemplateDescription', shape.Description),
    StackStatus: shape.StackStatus,
    ...optional('StackStatusReason', shape.StackStatusReason),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

export function eventShape(stack: StackRecord, event: StackEvent): StackEventShape {
  return {
    StackId: stack.id,
    StackName: stack.name,
    EventId: event.id,
    OperationId: event.operationId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: event.physicalId,
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status as StackEventShape['ResourceStatus'],
    ...optional('ResourceStatusReason', event.reason),
    ...optional('ResourceProperties', event.properties),
    ...optional('ClientRequestToken', event.clientToken),
  };
}

export function resourceShape(stack: StackRecord, event: StackEvent): StackResource {
  return {
    StackId: stack.id,
    StackName: stack.name,
    LogicalResourceId: event.logicalId,
    ...optional('PhysicalResourceId', event.physicalId === '' ? null : event.physicalId),
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status as StackResource['ResourceStatus'],
    ...optional('ResourceStatusReason', event.reason),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

export function resourceSummary(event: StackEvent): StackResourceSummary {
  return {
    LogicalResourceId: event.logicalId,
    ...optional('PhysicalResourceId', event.physicalId === '' ? null : event.physicalId),
    ResourceType: event.type,
    LastUpdatedTimestamp: new Date(event.at),
    ResourceStatus: event.status as StackResourceSummary['ResourceStatus'],
    ...optional('ResourceStatusReason', event.reason),
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}
