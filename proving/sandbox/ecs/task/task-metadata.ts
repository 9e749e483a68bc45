/** The task metadata endpoint, version 4, as it answers on Fargate (developer guide, "Task metadata version 4"). */

import type http from 'node:http';
import type { HttpRoutes } from '../../kernel/index.ts';
import type { TaskRecord } from '../service/task-record.ts';

const PREFIX = '/ecs/v4/';

/** @param find the task of an id; undefined when none of that id runs */
export function serveMetadata(routes: HttpRoutes, find: (id: string) => TaskRecord | undefined): void {
  routes.route(PREFIX, (request, _body, response) => {
    const [id = '', path = ''] = (request.url ?? '').slice(PREFIX.length).split(/\/(.*)/s);
    const task = find(id);
    send(response, task === undefined ? null : answer(task, path.replace(/\/$/, '')));
  });
}

export function metadataUri(endpointUrl: string, taskId: string): string {
  return `${endpointUrl}${PREFIX}${taskId}`;
}

function answer(task: TaskRecord, path: string): object | null {
  if (path === 'task') return taskOf(task);
  return path === '' ? containerOf(task) : null;
}

function send(response: http.ServerResponse, body: object | null): void {
  const headers = { 'content-type': 'application/json' };
  if (body === null) response.writeHead(404, headers).end('"no such metadata"');
  else response.writeHead(200, headers).end(JSON.stringify(body));
}

function taskOf(task: TaskRecord) {
  const { definition, view } = task;
  return {
    Cluster: task.clusterArn,
    TaskARN: view.arn,
    Family: definition.family,
    Revision: String(definition.revision),
    ServiceName: view.service,
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    Limits: { CPU: Number(definition.cpu) / 1024, Memory: Number(definition.memory) },
    AvailabilityZone: view.az,
    LaunchType: 'FARGATE',
    Containers: [containerOf(task)],
  };
}

function containerOf(task: TaskRecord) {
  const { definition, view } = task;
  const { container } = definition;
  const health = { none: undefined, unknown: 'UNKNOWN', healthy: 'HEALTHY', unhealthy: 'UNHEALTHY' }[
    task.container
  ];
  return {
    DockerId: `${view.id}-1`,
    Name: container.name,
    DockerName: container.name,
    Image: container.image,
    Labels: {
      'com.amazonaws.ecs.cluster': task.clusterArn,
      'com.amazonaws.ecs.container-name': container.name,
      'com.amazonaws.ecs.task-arn': view.arn,
      'com.amazonaws.ecs.task-definition-family': definition.family,
      'com.amazonaws.ecs.task-definition-version': String(definition.revision),
    },
    DesiredStatus: task.desiredStatus,
    KnownStatus: task.lastStatus,
    CreatedAt: new Date(task.createdAt).toISOString(),
    ...(view.startedAt === null ? {} : { StartedAt: new Date(view.startedAt).toISOString() }),
    Type: 'NORMAL',
    ...(health === undefined ? {} : { Health: { status: health } }),
    ContainerARN: `${view.arn.replace(':task/', ':container/')}/${view.id}`,
    Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: [view.address] }],
  };
}
