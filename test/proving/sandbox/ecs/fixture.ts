/** Templates of the tests: what lib/tiers/service writes, with applications of a few lines. */

import type { ResourceRequest } from '../../../../proving/sandbox/kernel/index.ts';
import { STOCK_IMAGE } from '../../../../proving/sandbox/ecs/providers/task-definition-properties.ts';

export const PORT = 8080;

export const TRUST_ECS = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

export function request(type: string, properties: object): ResourceRequest {
  return {
    type,
    logicalId: 'Thing',
    stackName: 'Demo-Compute',
    stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Demo-Compute/1',
    properties: properties as Record<string, unknown>,
    tags: [],
    generateName: (max) => 'Demo-Compute-Thing-1'.slice(0, max),
  };
}

/** Serves /, /health, and what `more` adds; ends when told to, after what is under way. */
export function application(more = ''): string {
  return `
const http = require('node:http');
const server = http.createServer(async (q, s) => {
  if (q.url === '/health') return s.writeHead(process.env.HEALTHY === 'no' ? 500 : 200).end();
  if (q.url === '/from') return s.end(q.socket.remoteAddress);
  if (q.url === '/env') return s.end(JSON.stringify(process.env));
  if (q.url === '/slow') return void setTimeout(() => s.end('late'), 400);
  ${more}
  s.end(process.env.UNDERSTUDY_VERSION);
});
server.listen(process.env.PORT, process.env.HOST, () => console.log('serves as', process.env.UNDERSTUDY_VERSION));
process.on('SIGTERM', () => { console.log('drains'); server.close(() => process.exit(0)); server.closeIdleConnections(); });
`;
}

export interface DefinitionOptions {
  readonly version?: string;
  readonly code?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly roleArn?: string;
  readonly container?: object;
}

export function definition(options: DefinitionOptions = {}): object {
  const { version = 'v1', code = application(), env = {}, roleArn, container = {} } = options;
  const variables = {
    HOST: '0.0.0.0',
    PORT: String(PORT),
    UNDERSTUDY_VERSION: version,
    NODE_PATH: '/var/runtime/node_modules',
    ...env,
  };
  return {
    Family: 'demo-web',
    NetworkMode: 'awsvpc',
    RequiresCompatibilities: ['FARGATE'],
    Cpu: '256',
    Memory: '512',
    RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    Volumes: [{ Name: 'scratch' }],
    ...(roleArn === undefined ? {} : { TaskRoleArn: roleArn }),
    ContainerDefinitions: [
      {
        Name: 'app',
        Image: STOCK_IMAGE,
        Essential: true,
        EntryPoint: ['node'],
        Command: ['-e', code],
        Environment: Object.entries(variables).map(([Name, Value]) => ({ Name, Value })),
        PortMappings: [{ ContainerPort: PORT, Protocol: 'tcp' }],
        StopTimeout: 30,
        ReadonlyRootFilesystem: true,
        LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
        MountPoints: [{ ContainerPath: '/tmp', SourceVolume: 'scratch', ReadOnly: false }],
        LogConfiguration: {
          LogDriver: 'awslogs',
          Options: {
            'awslogs-group': '/demo/web',
            'awslogs-region': 'us-east-1',
            'awslogs-stream-prefix': 'web',
            mode: 'non-blocking',
          },
        },
        ...container,
      },
    ],
  };
}

export function service(taskDefinition: string, more: object = {}): object {
  return {
    ServiceName: 'web',
    Cluster: 'demo',
    TaskDefinition: taskDefinition,
    DesiredCount: 3,
    LaunchType: 'FARGATE',
    DeploymentConfiguration: {
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    },
    AvailabilityZoneRebalancing: 'ENABLED',
    EnableECSManagedTags: false,
    PropagateTags: 'SERVICE',
    HealthCheckGracePeriodSeconds: 2,
    NetworkConfiguration: {
      AwsvpcConfiguration: {
        AssignPublicIp: 'DISABLED',
        SecurityGroups: ['sg-1'],
        Subnets: ['subnet-a', 'subnet-b', 'subnet-c'],
      },
    },
    ...more,
  };
}
