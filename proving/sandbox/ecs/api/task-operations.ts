/** Reading and stopping tasks. */

import type * as ecs from '@aws-sdk/client-ecs';
import { AwsError, operation } from '../../kernel/index.ts';
import { lastPart, type Registry } from '../registry.ts';
import type { TaskRecord } from '../service/task-record.ts';
import { described, paged } from './pages.ts';
import { inCluster } from './rights.ts';
import type { EcsServiceOptions } from './service.ts';
import { taskShape } from './task-shape.ts';

export function taskOperations({ registry }: EcsServiceOptions) {
  return {
    ListTasks: operation({
      authorize: ({ cluster }: ecs.ListTasksRequest) => [
        inCluster(registry, 'ListTasks', { kind: 'container-instance', cluster, id: '*' }),
      ],
      handle: (input: ecs.ListTasksRequest) => {
        const { page, ...next } = paged(matching(registry, input), input);
        return { taskArns: page, ...next };
      },
    }),
    DescribeTasks: operation({
      authorize: ({ cluster, tasks = [] }: ecs.DescribeTasksRequest) =>
        tasks.map((id) => inCluster(registry, 'DescribeTasks', { kind: 'task', cluster, id })),
      handle: ({ cluster, tasks = [] }: ecs.DescribeTasksRequest) => {
        const known = tasksOf(registry, cluster);
        const { found, failures } = described(
          tasks.map((given) => ({
            arn: registry.arn(`task/${registry.cluster(cluster).name}/${lastPart(given)}`),
            found: known.find(({ id }) => id === lastPart(given)),
          })),
        );
        return { tasks: found.map(taskShape), failures };
      },
    }),
    StopTask: operation({
      authorize: ({ cluster, task = '' }: ecs.StopTaskRequest) => [
        inCluster(registry, 'StopTask', { kind: 'task', cluster, id: task }),
      ],
      handle: ({ cluster, task: given = '', reason }: ecs.StopTaskRequest) => {
        const task = tasksOf(registry, cluster).find(({ id }) => id === lastPart(given));
        if (task === undefined) {
          throw new AwsError('InvalidParameterException', 'The referenced task was not found.');
        }
        const { cluster: name, service } = task.origin;
        registry.service(name, service).stopTask(task.id, reason ?? 'Task stopped by user');
        return { task: taskShape(task) };
      },
    }),
  };
}

function tasksOf(registry: Registry, cluster: string | undefined): readonly TaskRecord[] {
  return registry.servicesOf(registry.cluster(cluster).name).flatMap(({ tasks }) => tasks);
}

/** Without a desired status those that are to run, as ECS lists them. */
function matching(registry: Registry, input: ecs.ListTasksRequest): string[] {
  const { desiredStatus = 'RUNNING', serviceName, family, startedBy } = input;
  return tasksOf(registry, input.cluster)
    .filter((task) => task.desiredStatus === desiredStatus)
    .filter(({ origin }) => serviceName === undefined || origin.service === lastPart(serviceName))
    .filter(({ definition }) => family === undefined || definition.family === family)
    .filter(({ task }) => startedBy === undefined || task.deployment === startedBy)
    .map(({ origin }) => origin.arn);
}
