import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { application, definition, PORT, service } from './fixture.ts';
import { type EcsStage, eventually, GROUP, openStage } from './stage.ts';
import { Load } from './load.ts';

let stage: EcsStage;
let serviceArn: string;

const balanced = {
  LoadBalancers: [{ ContainerName: 'app', ContainerPort: PORT, TargetGroupArn: GROUP }],
};

async function deploy(options: Parameters<typeof definition>[0]): Promise<void> {
  const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', definition(options));
  await stage.update('AWS::ECS::Service', serviceArn, service(physicalId, balanced));
}

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', definition());
  const enacted = await stage.create('AWS::ECS::Service', service(physicalId, balanced));
  serviceArn = enacted.physicalId;
});

afterAll(() => stage.end());

describe('a service behind a balancer', () => {
  it('is created when three tasks are healthy, one in each zone, each at its own address', async () => {
    const tasks = stage.running();
    expect(tasks.map(({ az }) => az)).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
    expect(new Set(tasks.map(({ address }) => address)).size).toBe(3);
    expect(stage.balancer.targets(GROUP).map(({ address, az }) => [address, az])).toEqual(
      tasks.map(({ address, az }) => [address, az]),
    );
    expect(tasks.map(({ version, service: name, port }) => [version, name, port])).toEqual(
      tasks.map(() => ['v1', 'web', PORT]),
    );
    expect(await stage.balancer.request(GROUP)).toEqual({ status: 200, body: 'v1' });
  });

  it('gets a new version without a failed request', async () => {
    const load = new Load(() => stage.balancer.request(GROUP));
    await deploy({ version: 'v2' });
    const { answers, failures } = await load.end();
    expect(failures).toEqual([]);
    expect(new Set(answers)).toEqual(new Set(['v1', 'v2']));
    expect(stage.running().map(({ version }) => version)).toEqual(['v2', 'v2', 'v2']);
    expect(stage.balancer.targets(GROUP)).toHaveLength(3);
    expect(stage.lines.some((line) => line.endsWith('drains'))).toBe(true);
  });

  it('rolls a version back that is never healthy, and says why in the stack and in its events', async () => {
    const before = stage.running().map(({ id }) => id);
    const from = stage.eventNames().length;
    const failed = await deploy({ version: 'v3', env: { HEALTHY: 'no' } }).catch(
      (error: Error) => error.message,
    );
    expect(failed).toContain(
      "Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.",
    );
    expect(failed).toContain('failed ELB health checks');
    await eventually('the rollback', 20_000, () => stage.eventNames().at(-1) === 'SERVICE_STEADY_STATE');
    expect(stage.eventNames().slice(from)).toEqual([
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_FAILED',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_COMPLETED',
      'SERVICE_STEADY_STATE',
    ]);
    expect(stage.running().map(({ id }) => id)).toEqual(before);
  });

  it('rolls a version back whose process ends at once', async () => {
    const failed = await deploy({ version: 'v4', code: 'process.exit(7)' }).catch(
      (error: Error) => error.message,
    );
    expect(failed).toContain('Circuit Breaker');
    await eventually('the rollback', 20_000, () => stage.eventNames().at(-1) === 'SERVICE_STEADY_STATE');
    expect(stage.running().map(({ version }) => version)).toEqual(['v2', 'v2', 'v2']);
  });

  it('takes the change of a count without a deployment', async () => {
    const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', definition({ version: 'v5' }));
    await stage.update('AWS::ECS::Service', serviceArn, service(physicalId, balanced));
    const deployments = stage.eventNames().filter((name) => name.startsWith('SERVICE_DEPLOYMENT')).length;
    await stage.update(
      'AWS::ECS::Service',
      serviceArn,
      service(physicalId, { ...balanced, DesiredCount: 1 }),
    );
    expect(stage.running()).toHaveLength(1);
    expect(stage.eventNames().filter((name) => name.startsWith('SERVICE_DEPLOYMENT'))).toHaveLength(
      deployments,
    );
  });

  it('leaves no process and no target when it is deleted', async () => {
    await stage.remove('AWS::ECS::Service', serviceArn);
    expect(stage.running()).toEqual([]);
    expect(stage.balancer.targets(GROUP)).toEqual([]);
    expect(stage.ecs.containerTasks().every(({ pid }) => pid === null)).toBe(true);
  });

  it('that cannot be created is removed', async () => {
    const bad = definition({ code: application(), env: { HEALTHY: 'no' } });
    const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', bad);
    const failed = await stage
      .create('AWS::ECS::Service', service(physicalId, balanced))
      .catch((error: Error) => error.message);
    expect(failed).toContain('Circuit Breaker');
    expect(stage.ecs.containerTasks().filter(({ status }) => status !== 'STOPPED')).toEqual([]);
  });
});
