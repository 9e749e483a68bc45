/** The tasks of the web tier and of services, as the template has them. */

import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../../../environments/index.ts';
import { rendered } from '../../security/render.ts';
import { resourcesOf, synthesize, type Resource, type Synthesized } from '../../synth.ts';

const IMAGE = '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/shop:7';
const canary = { entry: 'examples/shop/main.ts', version: 'next', tasks: 3 };

let made: Synthesized;
let others: Synthesized;
beforeAll(() => {
  const shop = { entry: 'examples/shop/main.ts', canary };
  made = synthesize({ tiers: { ...demo.tiers, service: { shop } } });
  const { database } = demo.tiers;
  others = synthesize({ tiers: { database, service: { shop: { image: IMAGE } } } });
});

const serviceNamed = (name: string, { json } = made): Resource['Properties'] => {
  const found = resourcesOf(json.compute, 'AWS::ECS::Service').find(
    ([, { Properties }]) => Properties['ServiceName'] === name,
  );
  if (found === undefined) throw new Error(`no service ${name}`);
  return found[1].Properties;
};
const taskOf = (name: string, from = made): Resource['Properties'] =>
  from.json.compute.Resources[serviceNamed(name, from)['TaskDefinition'].Ref]!.Properties;
const containerOf = (name: string, from = made): any => taskOf(name, from)['ContainerDefinitions'][0];
const variablesOf = (name: string, from = made): Record<string, string> =>
  Object.fromEntries(
    containerOf(name, from).Environment.map(({ Name, Value }: any) => [Name, rendered(from.json, Value)]),
  );

describe('every service', () => {
  it.each(['web-tier', 'shop', 'shop-canary'])(
    '%s starts new tasks first, takes a bad version back and has no public address',
    (name) => {
      expect(serviceNamed(name)).toMatchObject({
        LaunchType: 'FARGATE',
        AvailabilityZoneRebalancing: 'ENABLED',
        DeploymentConfiguration: {
          MinimumHealthyPercent: 100,
          MaximumPercent: 200,
          DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        },
        NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      });
      expect(serviceNamed(name)['NetworkConfiguration'].AwsvpcConfiguration.Subnets).toHaveLength(3);
    },
  );

  it('runs the stock image on ARM64, without a capability, on a file system that is read-only but for /tmp', () => {
    expect(taskOf('shop')['RuntimePlatform']).toEqual({
      CpuArchitecture: 'ARM64',
      OperatingSystemFamily: 'LINUX',
    });
    expect(containerOf('shop')).toMatchObject({
      Image: 'public.ecr.aws/lambda/nodejs:24',
      EntryPoint: ['node'],
      ReadonlyRootFilesystem: true,
      StopTimeout: 30,
      LinuxParameters: { Capabilities: { Drop: ['ALL'] } },
      MountPoints: [{ ContainerPath: '/tmp', ReadOnly: false }],
    });
  });
});

describe('the number of tasks', () => {
  const targets = (): readonly any[] =>
    resourcesOf(made.json.compute, 'AWS::ApplicationAutoScaling::ScalableTarget').map(
      ([, { Properties }]) => Properties,
    );

  it.each(['web-tier', 'shop', 'shop-canary'])(
    'of %s is not in the template, which would set back what scaling did, but the least of its scalable target',
    (name) => {
      expect(serviceNamed(name)).not.toHaveProperty('DesiredCount');
      const [id] = resourcesOf(made.json.compute, 'AWS::ECS::Service').find(
        ([, { Properties }]) => Properties['ServiceName'] === name,
      )!;
      const own = targets().filter(({ ResourceId }) => JSON.stringify(ResourceId).includes(`"${id}"`));
      expect(own).toMatchObject([{ MinCapacity: 3, MaxCapacity: 9, ServiceNamespace: 'ecs' }]);
    },
  );
});

describe('the web tier', () => {
  it('is registered with every balancer, and asked by them alone', () => {
    expect(serviceNamed('web-tier')['LoadBalancers']).toHaveLength(2);
    expect(containerOf('web-tier')).not.toHaveProperty('HealthCheck');
  });

  it('knows where to find what it calls, and nothing of the data', () => {
    const variables = variablesOf('web-tier');
    expect(variables).toMatchObject({
      HOST: '0.0.0.0',
      PORT: '8080',
      UNDERSTUDY_TIER: 'web',
      UNDERSTUDY_NAMESPACE: 'demo',
      UNDERSTUDY_CALLS: 'shop',
      UNDERSTUDY_FRONT_TABLE: '<FrontTable>',
    });
    expect(Object.keys(variables).filter((name) => /DATABASE|CACHE|THROTTLE/.test(name))).toEqual([]);
  });

  it('I-35: scales by what a task bears, less the share of a zone that is gone', () => {
    const policy = resourcesOf(made.json.compute, 'AWS::ApplicationAutoScaling::ScalingPolicy').find(([id]) =>
      id.startsWith('Web'),
    )![1].Properties['TargetTrackingScalingPolicyConfiguration'];
    // 100 requests a second for 60 s, by two of three zones.
    expect(policy.TargetValue).toBe(4000);
    expect(policy.PredefinedMetricSpecification.PredefinedMetricType).toBe('ALBRequestCountPerTarget');
  });
});

describe('a service', () => {
  it('is found by name in the namespace, each version by its own', () => {
    const names = resourcesOf(made.json.compute, 'AWS::ServiceDiscovery::Service').map(
      ([, { Properties }]) => [Properties['Name'], Properties['DnsConfig']],
    );
    expect(names).toEqual([
      ['shop', undefined],
      ['shop-canary', undefined],
    ]);
    expect(serviceNamed('shop')['ServiceRegistries']).toMatchObject([{ Port: 8080 }]);
  });

  it("runs as the application's role, and names the version that is deployed", () => {
    expect(rendered(made.json, taskOf('shop')['TaskRoleArn'])).toBe('<ApplicationshopRole.Arn>');
    expect(variablesOf('shop')['UNDERSTUDY_VERSION']).toMatch(/^[0-9a-f]{12}$/);
    expect(variablesOf('shop-canary')['UNDERSTUDY_VERSION']).toBe('next');
  });

  it('is asked for its health within the task', () => {
    const { Command, Interval, Retries } = containerOf('shop').HealthCheck;
    expect([Interval, Retries]).toEqual([10, 3]);
    expect(Command.slice(0, 3)).toEqual(['CMD', 'node', '-e']);
    expect(Command[3]).toContain('http://127.0.0.1:8080/health');
  });

  it('as an image of a private registry is pulled by a right to its repository, and brings no loader', () => {
    const container = containerOf('shop', others);
    expect(container.Image).toBe(IMAGE);
    expect(container).not.toHaveProperty('Command');
    expect(variablesOf('shop', others)).not.toHaveProperty('UNDERSTUDY_BUNDLE_KEY');
    const pull = resourcesOf(others.json.compute, 'AWS::IAM::Policy').find(([id]) => id.includes('Pull'));
    const { Resource: repository } = pull![1].Properties['PolicyDocument'].Statement[0];
    expect(repository).toMatch(/:repository\/team\/shop$/);
  });
});

it('fails for an entry that is no file, and names it', () => {
  const tiers = { ...demo.tiers, web: { entry: 'examples/none/main.ts' } };
  expect(() => synthesize({ tiers })).toThrow(/entry = "examples\/none\/main.ts": must be a file/);
});
