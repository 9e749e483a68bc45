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
  containsUnknown,
  type Properties,
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

interface View {
  readonly target: Target;
  readonly standing: StandingResource | undefined;
  readonly withValues: boolean;
  /** Hides NoEcho values, those that stand and those to come. */
  hide(value: unknown): unknown;
}

function changeShape(
  stack: StackRecord,
  target: Target,
  change: ResourceChange,
  withValues: boolean,
): Change {
  const standing = stack.resources.get(change.logicalId);
  const hide = (value: unknown) => masked(masked(value, stack.target), target);
  const view: View = { target, standing, withValues, hide };
  const before =
    withValues && standing !== undefined
      ? { BeforeContext: JSON.stringify({ Properties: hide(standing.properties) }) }
      : {};
  return {
    Type: 'Resource',
    ResourceChange: {
      LogicalResourceId: change.logicalId,
      ResourceType: change.type,
      ...before,
      ...byAction(change, view),
    },
  };
}

function byAction(change: ResourceChange, view: View): ResourceChangeShape {
  switch (change.action) {
    case 'create':
      return { Action: 'Add', Scope: [], Details: [], ...afterContext(view, change.properties) };
    case 'delete':
      return {
        Action: 'Remove',
        PolicyAction: REMOVALS[change.policy],
        PhysicalResourceId: change.physicalId,
        Scope: [],
        Details: [],
      };
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
    default:
      return modification(change, view);
  }
}

const REMOVALS = {
  Retain: 'Retain',
  RetainExceptOnCreate: 'Retain',
  Snapshot: 'Snapshot',
  Delete: 'Delete',
} as const;

const REPLACEMENTS = {
  Delete: 'ReplaceAndDelete',
  Retain: 'ReplaceAndRetain',
  Snapshot: 'ReplaceAndSnapshot',
} as const;

type Modification = Extract<ResourceChange, { action: 'update' | 'replace' }>;

function modification(change: Modification, view: View): ResourceChangeShape {
  const after: Record<string, unknown> = { ...view.standing?.properties };
  for (const { name, after: value } of change.changes) after[name] = value;
  const maybe = change.changes.some(({ replaces }) => replaces === 'maybe') ? 'Conditional' : 'False';
  const policy = view.target.template.resources.get(change.logicalId)?.updateReplacePolicy ?? 'Delete';
  return {
    Action: 'Modify',
    PhysicalResourceId: change.physicalId,
    Replacement: change.action === 'replace' ? 'True' : maybe,
    ...(change.action === 'replace' ? { PolicyAction: REPLACEMENTS[policy] } : {}),
    Scope: ['Properties'],
    Details: change.changes.map((one) => detail(one, view)),
    ...afterContext(view, after),
  };
}

function detail(change: PropertyChange, { withValues, hide }: View): ResourceChangeDetail {
  const values: Partial<ResourceTargetDefinition> = withValues
    ? {
        Path: `/Properties/${change.name}`,
        BeforeValue: shownValue(hide(change.before)),
        AfterValue: shownValue(hide(change.after)),
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

function afterContext({ withValues, hide }: View, properties: Properties): { AfterContext?: string } {
  if (!withValues) return {};
  const shown = Object.entries(properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, containsUnknown(value) ? shownValue(value) : hide(value)]);
  return { AfterContext: JSON.stringify({ Properties: Object.fromEntries(shown) as unknown }) };
}
