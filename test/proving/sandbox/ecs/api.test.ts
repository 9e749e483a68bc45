import {
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  ListServicesCommand,
  ListTagsForResourceCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  UpdateServiceCommand,
  waitUntilServicesStable,
} from '@aws-sdk/client-ecs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application, definition, PORT, service, TRUST_ECS } from './fixture.ts';
import { type EcsStage, eventually, openStage } from './stage.ts';

const CLUSTER_ARN = 'arn:aws:ecs:us-east-1:123456789012:cluster/demo';

let stage: EcsStage;
let client: ECSClient;

beforeAll(async () => {
  stage = await openStage();
  client = clientOf(stage.identity.operator);
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo', Tags: [{ Key: 'a', Value: 'b' }] });
  const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', definition());
  await stage.create('AWS::ECS::Service', service(physicalId, { DesiredCount: 1 }));
});

afterAll(async () => {
  client.destroy();
  await stage.end();
});

function clientOf(credentials: {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}): ECSClient {
  return new ECSClient({
    region: 'us-east-1',
    endpoint: stage.endpoint.addressUrl,
    maxAttempts: 1,
    credentials,
  });
}

async function described() {
  const { services } = await client.send(new DescribeServicesCommand({ cluster: 'demo', services: ['web'] }));
  return services![0]!;
}

async function settled(): Promise<void> {
  await waitUntilServicesStable(
    { client, maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
    { cluster: 'demo', services: ['web'] },
  );
}

describe('the calls about clusters and services', () => {
  it('show what stands', async () => {
    const { clusters, failures } = await client.send(
      new DescribeClustersCommand({ clusters: ['demo', 'x'] }),
    );
    expect(clusters).toMatchObject([
      { clusterArn: CLUSTER_ARN, status: 'ACTIVE', activeServicesCount: 1, runningTasksCount: 1 },
    ]);
    expect(failures).toMatchObject([{ reason: 'MISSING' }]);
    expect((await client.send(new ListClustersCommand({}))).clusterArns).toEqual([CLUSTER_ARN]);
    const { serviceArns } = await client.send(new ListServicesCommand({ cluster: 'demo' }));
    expect(serviceArns).toEqual(['arn:aws:ecs:us-east-1:123456789012:service/demo/web']);
    const { tags } = await client.send(new ListTagsForResourceCommand({ resourceArn: CLUSTER_ARN }));
    expect(tags).toEqual([{ key: 'a', value: 'b' }]);
  });

  it('show a service with its deployments and its events', async () => {
    const web = await described();
    expect(web).toMatchObject({ status: 'ACTIVE', desiredCount: 1, runningCount: 1, pendingCount: 0 });
    expect(web.deployments).toMatchObject([{ status: 'PRIMARY', rolloutState: 'COMPLETED', failedTasks: 0 }]);
    expect(web.deploymentConfiguration?.deploymentCircuitBreaker).toEqual({ enable: true, rollback: true });
    expect(web.events?.[0]?.message).toBe('(service web) has reached a steady state.');
  });

  it('scale it, and deploy it anew when they are told to', async () => {
    await client.send(new UpdateServiceCommand({ cluster: 'demo', service: 'web', desiredCount: 2 }));
    await settled();
    const before = stage.running().map(({ id }) => id);
    expect(before).toHaveLength(2);
    await client.send(
      new UpdateServiceCommand({ cluster: 'demo', service: 'web', forceNewDeployment: true }),
    );
    await settled();
    expect(stage.running().some(({ id }) => before.includes(id))).toBe(false);
  });

  it('deploy another task definition, registered by a call', async () => {
    const { taskDefinition } = await client.send(
      new RegisterTaskDefinitionCommand({
        family: 'demo-web',
        networkMode: 'awsvpc',
        requiresCompatibilities: ['FARGATE'],
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: 'app',
            image: 'public.ecr.aws/lambda/nodejs:24',
            command: ['node', '-e', application()],
            environment: Object.entries({
              PORT: String(PORT),
              HOST: '0.0.0.0',
              UNDERSTUDY_VERSION: 'by-call',
            }).map(([name, value]) => ({ name, value })),
            portMappings: [{ containerPort: PORT }],
          },
        ],
      }),
    );
    expect(taskDefinition).toMatchObject({ revision: 2, status: 'ACTIVE' });
    await client.send(
      new UpdateServiceCommand({
        cluster: 'demo',
        service: 'web',
        taskDefinition: 'demo-web',
        desiredCount: 1,
      }),
    );
    await settled();
    await stage.served();
    expect(stage.running().map(({ version }) => version)).toEqual(['by-call']);
    const { taskDefinition: shown } = await client.send(
      new DescribeTaskDefinitionCommand({ taskDefinition: 'demo-web:2' }),
    );
    expect(shown?.containerDefinitions?.[0]).toMatchObject({ name: 'app', stopTimeout: 30 });
  });

  it('refuse to change what only a template changes', async () => {
    const call = new UpdateServiceCommand({ cluster: 'demo', service: 'web', platformVersion: '1.3.0' });
    await expect(client.send(call)).rejects.toThrow('platformVersion: the sandbox changes desiredCount');
  });
});

describe('the calls about tasks', () => {
  it('list, show and stop one', async () => {
    const { taskArns } = await client.send(new ListTasksCommand({ cluster: 'demo', serviceName: 'web' }));
    const [task] = stage.running();
    expect(taskArns).toEqual([task!.arn]);
    const { tasks } = await client.send(new DescribeTasksCommand({ cluster: 'demo', tasks: taskArns }));
    expect(tasks).toMatchObject([
      { taskArn: task!.arn, lastStatus: 'RUNNING', availabilityZone: task!.az, group: 'service:web' },
    ]);
    expect(tasks![0]!.containers![0]!.networkInterfaces![0]!.privateIpv4Address).toBe(task!.address);
    await client.send(new StopTaskCommand({ cluster: 'demo', task: task!.id, reason: 'a drill' }));
    const shown = await eventually('its end', 20_000, async () => {
      const answer = await client.send(new DescribeTasksCommand({ cluster: 'demo', tasks: [task!.id] }));
      return answer.tasks?.find(({ lastStatus }) => lastStatus === 'STOPPED');
    });
    expect(shown).toMatchObject({
      stopCode: 'UserInitiated',
      stoppedReason: 'a drill',
      desiredStatus: 'STOPPED',
    });
    const stopped = await client.send(new ListTasksCommand({ cluster: 'demo', desiredStatus: 'STOPPED' }));
    expect(stopped.taskArns).toContain(task!.arn);
  });

  it('answer as ECS of what is not there', async () => {
    const none = new DescribeTasksCommand({ cluster: 'nowhere', tasks: ['a'] });
    await expect(client.send(none)).rejects.toMatchObject({ name: 'ClusterNotFoundException' });
    const missing = await client.send(new DescribeTasksCommand({ cluster: 'demo', tasks: ['a'] }));
    expect(missing.failures).toMatchObject([{ reason: 'MISSING' }]);
    const update = new UpdateServiceCommand({ cluster: 'demo', service: 'other', desiredCount: 1 });
    await expect(client.send(update)).rejects.toMatchObject({ name: 'ServiceNotFoundException' });
  });
});

describe('SEC-01: a role', () => {
  it('may do what its policy says, to tasks of the cluster that it says', async () => {
    const role = await stage.create('AWS::IAM::Role', {
      RoleName: 'reader',
      AssumeRolePolicyDocument: TRUST_ECS,
      Policies: [
        {
          PolicyName: 'p',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['ecs:ListTasks', 'ecs:DescribeTasks'],
                Resource: '*',
                Condition: { ArnEquals: { 'ecs:cluster': CLUSTER_ARN } },
              },
            ],
          },
        },
      ],
    });
    const reader = clientOf(stage.identity.issueForRole(String(role.attributes['Arn']), 'r', 900));
    await reader.send(new ListTasksCommand({ cluster: 'demo' }));
    await expect(reader.send(new ListTasksCommand({ cluster: 'other' }))).rejects.toThrow('ecs:ListTasks');
    const stop = new StopTaskCommand({ cluster: 'demo', task: 'a' });
    await expect(reader.send(stop)).rejects.toThrow('ecs:StopTask');
    reader.destroy();
  });
});
