/** Checks what a request asks of a stack, and builds the target it describes. */

import type { CreateChangeSetInput } from '@aws-sdk/client-cloudformation';
import { isUpdatable, statusOf } from '../../../twin/cloudformation/index.ts';
import { AwsError } from '../../kernel/index.ts';
import { standingParameters, type StackRecord } from '../stack-record.ts';
import type { Target } from '../target.ts';
import { type TemplateSource, templateText } from '../templates.ts';
import { asValidation, type ServiceContext } from './service-context.ts';

const STACK_NAME = /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/;

export function assertNew(found: StackRecord | undefined, name: string, changeSetName: string): void {
  if (!STACK_NAME.test(name)) {
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  }
  if (found !== undefined && found.state.operation !== 'review') {
    throw new AwsError(
      'ValidationError',
      `Stack [${name}] already exists and cannot be created again with the changeSet [${changeSetName}].`,
    );
  }
}

export function assertUpdatable(found: StackRecord | undefined, name: string): StackRecord {
  if (found === undefined) throw new AwsError('ValidationError', `Stack [${name}] does not exist`);
  if (!isUpdatable(found.state)) {
    throw new AwsError(
      'ValidationError',
      `Stack:${found.id} is in ${statusOf(found.state)} state and can not be updated.`,
    );
  }
  return found;
}

export type TargetInput = TemplateSource &
  Pick<
    CreateChangeSetInput,
    'Parameters' | 'Tags' | 'Capabilities' | 'NotificationARNs' | 'RoleARN' | 'UsePreviousTemplate'
  >;

/** Reads the template and refuses what can be refused before anything is touched. */
export function buildTarget(context: ServiceContext, stack: StackRecord, input: TargetInput): Target {
  const { engine, ports } = context;
  const previous = input.UsePreviousTemplate === true ? stack.target?.text : undefined;
  const text = previous ?? templateText(ports.objects, input);
  return asValidation(() => {
    const target = engine.targets.build(stack, {
      text,
      given: new Map(
        (input.Parameters ?? []).map((parameter) => [
          parameter.ParameterKey ?? '',
          { value: parameter.ParameterValue, usePrevious: parameter.UsePreviousValue },
        ]),
      ),
      previous: standingParameters(stack),
      tags: (input.Tags ?? stack.target?.tags ?? []).map(({ Key, Value }) => ({
        Key: Key ?? '',
        Value: Value ?? '',
      })),
      capabilities: input.Capabilities ?? [],
      notificationArns: input.NotificationARNs ?? stack.target?.notificationArns ?? [],
      roleArn: input.RoleARN ?? stack.target?.roleArn ?? null,
    });
    engine.types.check(target.environment.resources.values());
    assertCapable(target);
    return target;
  });
}

/** A template that makes identities must be acknowledged, named ones by their own capability. */
function assertCapable({ environment, capabilities }: Target): void {
  const identities = [...environment.resources.values()].filter(({ type }) =>
    /^AWS::IAM::(Role|User|Group|Policy|ManagedPolicy|InstanceProfile)$/.test(type),
  );
  if (identities.length === 0 || capabilities.includes('CAPABILITY_NAMED_IAM')) return;
  const named = identities.some(({ properties }) =>
    ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName'].some((name) => properties[name] !== undefined),
  );
  if (!named && capabilities.includes('CAPABILITY_IAM')) return;
  throw new AwsError(
    'InsufficientCapabilitiesException',
    `Requires capabilities : [CAPABILITY_${named ? 'NAMED_' : ''}IAM]`,
  );
}
