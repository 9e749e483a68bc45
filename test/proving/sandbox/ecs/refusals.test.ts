import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { definition, PORT, service } from './fixture.ts';
import { type EcsStage, openStage } from './stage.ts';

let stage: EcsStage;
let definitionArn: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  ({ physicalId: definitionArn } = await stage.create('AWS::ECS::TaskDefinition', definition()));
});

afterAll(() => stage.end());

async function refusal(type: string, properties: object): Promise<string> {
  return await stage.create(type, properties).then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:a-AbCdEf';
const container = (change: object) => definition({ container: change });

describe('a task definition is refused', () => {
  it.each([
    [
      'an image that is no Node process',
      container({ Image: 'nginx:1' }),
      'Image = "nginx:1"',
      'public.ecr.aws/lambda/nodejs:24',
    ],
    [
      'another program',
      container({ EntryPoint: ['sh'], Command: ['-c', 'x'] }),
      'Command',
      'must begin with node',
    ],
    ['an unknown property', { ...definition(), PidMode: 'task' }, 'PidMode', 'knows no such property'],
    ['an unknown property of a container', container({ Links: ['a'] }), 'Links', 'knows no such property'],
    [
      'a field of a secret',
      container({ Secrets: [{ Name: 'A', ValueFrom: `${SECRET}:key::` }] }),
      'ValueFrom',
      'the ARN of a whole secret',
    ],
    [
      'a parameter as a secret',
      container({ Secrets: [{ Name: 'A', ValueFrom: 'arn:aws:ssm:us-east-1:123456789012:parameter/a' }] }),
      'ValueFrom',
      'the ARN of a whole secret',
    ],
    [
      'a variable that is plain and a secret',
      container({ Secrets: [{ Name: 'PORT', ValueFrom: SECRET }] }),
      'Name',
      'is in Environment too',
    ],
    [
      'secrets without a role that may read them',
      container({ Secrets: [{ Name: 'A', ValueFrom: SECRET }] }),
      'ExecutionRoleArn',
      'is required',
    ],
    [
      'a volume that is no scratch',
      container({ MountPoints: [{ ContainerPath: '/data' }] }),
      'ContainerPath',
      '/tmp',
    ],
    ['another log driver', container({ LogConfiguration: { LogDriver: 'splunk' } }), 'LogDriver', 'awslogs'],
    ['UDP', container({ PortMappings: [{ ContainerPort: 53, Protocol: 'udp' }] }), 'Protocol', 'tcp'],
    ['two containers', twice(), 'ContainerDefinitions', 'exactly one'],
    ['another network mode', { ...definition(), NetworkMode: 'host' }, 'NetworkMode', 'awsvpc'],
  ])('for %s', async (_what, properties, field, rule) => {
    const message = await refusal('AWS::ECS::TaskDefinition', properties);
    expect(message).toContain(field);
    expect(message).toContain(rule);
  });
});

describe('a service is refused', () => {
  const subnets = (ids: readonly string[]) => ({
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ids } },
  });
  const balanced = [{ ContainerName: 'app', ContainerPort: PORT, TargetGroupArn: 'arn:of:no:balancer' }];
  it.each([
    ['an unknown property', { VolumeConfigurations: [] }, 'VolumeConfigurations', 'knows no such property'],
    [
      'Service Connect',
      { ServiceConnectConfiguration: {} },
      'ServiceConnectConfiguration',
      'no Service Connect',
    ],
    [
      'a target group of no balancer',
      { LoadBalancers: balanced },
      'TargetGroupArn',
      'associated load balancer',
    ],
    ['a subnet of nobody', subnets(['subnet-z']), 'Subnets', 'subnet-z'],
    ['no subnet', subnets([]), 'Subnets', 'at least one'],
    ['a count below zero', { DesiredCount: -1 }, 'DesiredCount', 'from 0 to'],
    ['the capacity of EC2', { LaunchType: 'EC2' }, 'LaunchType', 'FARGATE'],
    ['an unknown task definition', { TaskDefinition: 'nothing:1' }, 'nothing:1', 'Unable to describe'],
    ['an unknown cluster', { Cluster: 'other' }, 'Cluster', 'not found'],
  ])('for %s', async (_what, change, field, rule) => {
    const message = await refusal('AWS::ECS::Service', service(definitionArn, change));
    expect(message).toContain(field);
    expect(message).toContain(rule);
  });
});

it('a cluster is kept while it has services', async () => {
  const { physicalId } = await stage.create('AWS::ECS::Service', service(definitionArn, { DesiredCount: 0 }));
  await expect(stage.remove('AWS::ECS::Cluster', 'demo')).rejects.toThrow('while Services are active');
  await stage.remove('AWS::ECS::Service', physicalId);
  await stage.remove('AWS::ECS::Cluster', 'demo');
});

function twice(): object {
  const one = definition() as { ContainerDefinitions: object[] };
  return { ...one, ContainerDefinitions: [...one.ContainerDefinitions, ...one.ContainerDefinitions] };
}
