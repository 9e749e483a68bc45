/** Puts a change set into the shape of DescribeChangeSet. */

import type {
  Change,
  ChangeSetSummary,
  DescribeChangeSetOutput,
  ResourceChange as ResourceChangeShape,
  ResourceChangeDetail,
  ResourceTargetDefinition,
} from '@aws-sdk/client-cloudformation';
import {
  type PropertyChange,
  type ResourceChange,
  shownValue,
  type StandingResource,
} from '../../twin/cloudformation/index.ts';
import { masked } from './engine/engine.ts';
import { parameterShapes } from './shapes.ts';
import type { ChangeSetRecord, StackRecord } from './stack-record.ts';
import type { Target } from './target.ts';

const RECREATION = { never: 'Never', maybe: 'Conditionally', always: 'Always' } as const;

export function changeSetShape(
  stack: StackRecord,
  changeSet: ChangeSetRecord,
  withValues: boolean,
): DescribeChangeSetOutput {
  const { target } = changeSet;
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    ...(changeSet.description === null ? {} : { Description: changeSet.description }),
    Parameters: parameterShapes(target),
    CreationTime: new Date(changeSet.createdAt),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    ...(changeSet.reason === null ? {} : { StatusReason: changeSet.reason }),
    NotificationARNs: [...target.notificationArns],
    RollbackConfiguration: {},
    Capabilities: [...target.capabilities] as NonNullable<DescribeChangeSetOutput['Capabilities']>,
    Tags: target.tags.map(({ Key, Value }) => ({ Key, Value })),
    Changes: changeSet.changes.map((change) => changeShape(stack, target, change, withValues)),
    IncludeNestedStacks: false,
  };
}

export function changeSetSummary(stack: StackRecord, changeSet: ChangeSetRecord): ChangeSetSummary {
  return {
    StackId: stack.id,
    StackName: stack.name,
    ChangeSetId: changeSet.id,
    ChangeSetName: changeSet.name,
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    ...(changeSet.reason === null ? {} : { StatusReason: changeSet.reason }),
    ...(changeSet.description === null ? {} : { Description: changeSet.description }),
    CreationTime: new Date(changeSet.createdAt),
    IncludeNestedStacks: false,
  };
}

function changeShape(
  stack: StackRecord,
  target: Target,
  change: ResourceChange,
  withValues: boolean,
): Change {
  const common = { LogicalResourceId: change.logicalId, ResourceType: change.type };
  const standing = stack.resources.get(change.logicalId);
  const before =
    withValues && standing !== undefined ? { BeforeContext: context(stack.target, standing) } : {};
  return {
    Type: 'Resource',
    ResourceChange: { ...common, ...before, ...byAction(target, change, standing, withValues) },
  };
}

function byAction(
  target: Target,
  change: ResourceChange,
  standing: StandingResource | undefined,
  withValues: boolean,
): ResourceChangeShape {
  switch (change.action) {
    case 'create': {
      const after = withValues
        ? { AfterContext: JSON.stringify({ Properties: shown(target, change.properties) }) }
        : {};
      return { Action: 'Add', Scope: [], Details: [], ...after };
    }
    case 'delete': {
      const action = (
        { Retain: 'Retain', RetainExceptOnCreate: 'Retain', Snapshot: 'Snapshot', Delete: 'Delete' } as const
      )[change.policy];
      return {
        Action: 'Remove',
        PolicyAction: action,
        PhysicalResourceId: change.physicalId,
        Scope: [],
        Details: [],
      };
    }
    case 'describe':
      return {
        Action: 'Modify',
        PhysicalResourceId: change.physicalId,
        Replacement: 'False',
        Scope: [...change.fields],
        Details: change.fields.map((field) => ({
          Target: { Attribute: field, RequiresRecreation: 'Never' },
          Evaluation: 'Static',
          ChangeSource: 'DirectModification',
        })),
      };
    default: {
      const maybe = change.changes.some(({ replaces }) => replaces === 'maybe') ? 'Conditional' : 'False';
      const after = withValues
        ? { AfterContext: JSON.stringify({ Properties: afterProperties(target, change.changes, standing) }) }
        : {};
      return {
        Action: 'Modify',
        PhysicalResourceId: change.physicalId,
        Replacement: change.action === 'replace' ? 'True' : maybe,
        ...(change.action === 'replace' ? { PolicyAction: policyAction(target, change.logicalId) } : {}),
        Scope: ['Properties'],
        Details: change.changes.map((one) => detail(target, one, withValues)),
        ...after,
      };
    }
  }
}

function policyAction(target: Target, logicalId: string) {
  const policy = target.template.resources.get(logicalId)?.updateReplacePolicy ?? 'Delete';
  return (
    { Delete: 'ReplaceAndDelete', Retain: 'ReplaceAndRetain', Snapshot: 'ReplaceAndSnapshot' } as const
  )[policy];
}

function detail(target: Target, change: PropertyChange, withValues: boolean): ResourceChangeDetail {
  const values: Partial<ResourceTargetDefinition> = withValues
    ? {
        Path: `/Properties/${change.name}`,
        BeforeValue: shownValue(masked(change.before, target)),
        AfterValue: shownValue(masked(change.after, target)),
        AttributeChangeType: attributeChangeType(change),
      }
    : {};
  return {
    Target: {
      Attribute: 'Properties',
      Name: change.name,
      RequiresRecreation: RECREATION[change.replaces],
      ...values,
    },
    Evaluation: change.evaluation === 'static' ? 'Static' : 'Dynamic',
    ChangeSource: 'DirectModification',
  };
}

function attributeChangeType(change: PropertyChange) {
  if (change.before === undefined) return 'Add';
  return change.after === undefined ? 'Remove' : 'Modify';
}

function afterProperties(
  target: Target,
  changes: readonly PropertyChange[],
  standing: StandingResource | undefined,
) {
  const after: Record<string, unknown> = { ...standing?.properties };
  for (const { name, after: value } of changes) after[name] = value;
  return shown(target, after);
}

function shown(target: Target, properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const hidden = masked(value, target);
        const text = shownValue(hidden);
        return [name, text.startsWith('{{changeSet:') ? text : hidden];
      }),
  );
}

function context(target: Target | null, standing: StandingResource): string {
  return JSON.stringify({ Properties: masked(standing.properties, target) });
}
