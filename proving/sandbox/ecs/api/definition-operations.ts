/** Reading and registering task definitions. */

import type * as ecs from '@aws-sdk/client-ecs';
import { AwsError, operation, Properties } from '../../kernel/index.ts';
import type { TaskDefinition } from '../definitions.ts';
import { readDefinition } from '../providers/task-definition-properties.ts';
import { anywhere } from './rights.ts';
import type { EcsServiceOptions } from './service.ts';

export function definitionOperations({ registry }: EcsServiceOptions) {
  return {
    DescribeTaskDefinition: operation({
      authorize: () => [anywhere('DescribeTaskDefinition')],
      handle: ({ taskDefinition = '' }: ecs.DescribeTaskDefinitionRequest) => {
        const found = registry.definition(taskDefinition);
        const tags = found.tags.map(({ Key: key, Value: value }) => ({ key, value }));
        return { taskDefinition: definitionShape(found), tags };
      },
    }),
    RegisterTaskDefinition: operation({
      authorize: ({ family }: ecs.RegisterTaskDefinitionRequest) => [
        {
          action: 'ecs:RegisterTaskDefinition',
          resource: registry.arn(`task-definition/${family ?? ''}:*`),
        },
      ],
      handle: (input: ecs.RegisterTaskDefinitionRequest) => {
        const { family = '', tags = [], ...rest } = input;
        if (family === '') throw new AwsError('ClientException', 'Family must be set.');
        const owner = { type: 'RegisterTaskDefinition', logicalId: family };
        const settings = readDefinition(new Properties(owner, capitalized(rest)));
        const kept = tags.map(({ key = '', value = '' }) => ({ Key: key, Value: value }));
        return { taskDefinition: definitionShape(registry.register({ ...settings, family, tags: kept })) };
      },
    }),
  };
}

/** The options of a log driver are a map, whose keys are nobody's to change. */
const MAPS = ['options'];

/** The call's names begin in lower case, the template's in upper case; nothing else differs. */
function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name.charAt(0).toUpperCase() + name.slice(1),
    MAPS.includes(name) ? inner : capitalized(inner),
  ]);
  return Object.fromEntries(entries) as unknown;
}

function definitionShape(definition: TaskDefinition) {
  const { container, taskRoleArn, executionRoleArn } = definition;
  return {
    taskDefinitionArn: definition.arn,
    family: definition.family,
    revision: definition.revision,
    status: definition.active ? ('ACTIVE' as const) : ('INACTIVE' as const),
    networkMode: 'awsvpc' as const,
    requiresCompatibilities: ['FARGATE' as const],
    compatibilities: ['FARGATE' as const],
    cpu: definition.cpu,
    memory: definition.memory,
    ...(taskRoleArn === null ? {} : { taskRoleArn }),
    ...(executionRoleArn === null ? {} : { executionRoleArn }),
    registeredAt: new Date(definition.registeredAt),
    containerDefinitions: [
      {
        name: container.name,
        image: container.image,
        essential: true,
        entryPoint: [...container.entryPoint],
        command: [...container.command],
        environment: Object.entries(container.environment).map(([name, value]) => ({ name, value })),
        secrets: Object.entries(container.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
        portMappings: container.ports.map((port) => ({
          containerPort: port,
          hostPort: port,
          protocol: 'tcp' as const,
        })),
        stopTimeout: container.stopTimeoutS,
        ...healthShape(definition),
        ...logShape(definition),
      },
    ],
  };
}

function healthShape({ container: { healthCheck } }: TaskDefinition) {
  if (healthCheck === null) return {};
  const { command, intervalS: interval, timeoutS: timeout, retries, startPeriodS: startPeriod } = healthCheck;
  return { healthCheck: { command: [...command], interval, timeout, retries, startPeriod } };
}

function logShape({ container: { logs } }: TaskDefinition) {
  if (logs === null) return {};
  const options = { 'awslogs-group': logs.group, 'awslogs-stream-prefix': logs.streamPrefix };
  return { logConfiguration: { logDriver: 'awslogs' as const, options } };
}
