import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContainerTask } from '../../../../proving/sandbox/kernel/index.ts';
import { processState } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { ask } from './balancer.ts';
import { application, definition, PORT, service } from './fixture.ts';
import { type EcsStage, eventually, openStage, REGISTRY } from './stage.ts';

const BOUND_MS = 20_000;

/** Asks by the stock image's means, as lib/tiers/service writes it. */
const CHECK = {
  Command: [
    'CMD',
    'node',
    '-e',
    `fetch('http://127.0.0.1:${PORT}/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
  ],
  Interval: 10,
  Timeout: 2,
  Retries: 2,
  StartPeriod: 0,
};

let stage: EcsStage;

beforeAll(async () => {
  stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const { physicalId } = await stage.create(
    'AWS::ECS::TaskDefinition',
    definition({ container: { HealthCheck: CHECK, StopTimeout: 2 }, code: application(DEAF) }),
  );
  const registries = { ServiceRegistries: [{ RegistryArn: REGISTRY, Port: PORT }] };
  await stage.create('AWS::ECS::Service', service(physicalId, registries));
});

afterAll(() => stage.end());

/** `/deaf` makes a task one that ignores SIGTERM. */
const DEAF =
  "if (q.url === '/deaf') { process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => {}); }";

function errorOf(task: ContainerTask): Promise<string> {
  return ask(task).then(
    ({ status }) => String(status),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
}

async function replaced(lost: ContainerTask): Promise<ContainerTask> {
  return await eventually(`the replacement of ${lost.id}`, BOUND_MS, async () => {
    const others = stage.running().filter(({ id }) => id !== lost.id);
    const fresh = others.find(({ az }) => az === lost.az);
    if (fresh === undefined || others.length !== 3 || stage.instances.size !== 3) return undefined;
    return (await errorOf(fresh)) === '200' ? fresh : undefined;
  });
}

describe('a service with registries and a health check of its containers', () => {
  it('registers each task as ECS does, and only when it runs', () => {
    const [task] = stage.running();
    expect([...stage.instances.keys()].toSorted()).toEqual(
      stage
        .running()
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(stage.instances.get(task!.id)).toEqual({
      AWS_INSTANCE_IPV4: task!.address,
      AWS_INSTANCE_PORT: String(PORT),
      AVAILABILITY_ZONE: task!.az,
      REGION: 'us-east-1',
      ECS_CLUSTER_NAME: 'demo',
      ECS_SERVICE_NAME: 'web',
      ECS_TASK_DEFINITION_FAMILY: 'demo-web',
      AWS_INIT_HEALTH_STATUS: 'HEALTHY',
    });
  });

  it('I-04: finds a killed task gone: its address refuses at once, and another one takes its place', async () => {
    const [lost] = stage.running();
    process.kill(lost!.pid!, 'SIGKILL');
    await eventually('the refusal', 2_000, async () => (await errorOf(lost!)) === 'ECONNREFUSED');
    const fresh = await replaced(lost!);
    expect(fresh.address).not.toBe(lost!.address);
    expect(await ask(fresh)).toEqual({ status: 200, body: 'v1' });
    const stopped = stage.events.find(
      ({ detail }) => detail['taskArn'] === lost!.arn && detail['lastStatus'] === 'STOPPED',
    );
    expect(stopped).toMatchObject({
      source: 'aws.ecs',
      'detail-type': 'ECS Task State Change',
      detail: { stopCode: 'EssentialContainerExited', availabilityZone: lost!.az, group: 'service:web' },
    });
  });

  it('finds a stopped task by its health check alone: until then its address takes connections', async () => {
    const [lost] = stage.running();
    process.kill(lost!.pid!, 'SIGSTOP');
    const silent = await Promise.race([
      ask(lost!, '/').catch((error: Error) => error.message),
      new Promise((done) => setTimeout(() => done('no answer'), 300)),
    ]);
    expect(silent).toBe('no answer');
    await replaced(lost!);
    await eventually('its end', BOUND_MS, () => processState(lost!.pid!) === null);
  });

  it('ends a task that ignores SIGTERM by SIGKILL, after the time-out', async () => {
    const [task] = stage.running();
    await ask(task!, '/deaf');
    const from = performance.now();
    await stop(task!);
    await eventually('SIGTERM', BOUND_MS, () => state(task!) === 'DEPROVISIONING');
    await eventually('its end', BOUND_MS, () => state(task!) === 'STOPPED');
    expect(performance.now() - from).toBeGreaterThan(1_900);
    await replaced(task!);
  });

  it('I-30: lets a stopped task finish what is under way', async () => {
    const [task] = stage.running();
    const late = ask(task!, '/slow');
    // It has to be there before the end begins.
    await new Promise((done) => setTimeout(done, 100));
    await stop(task!);
    expect(await late).toEqual({ status: 200, body: 'late' });
    await replaced(task!);
  });

  it('goes on when the process of the tasks’ network ends, and says so', async () => {
    const before = stage.running();
    process.kill(stage.gatewayPid(), 'SIGKILL');
    await eventually('the network', BOUND_MS, async () => {
      const answers = await Promise.all(before.map(errorOf));
      return answers.every((answer) => answer === '200');
    });
    expect(stage.engine.logged.some((line) => line.includes('the gateway of the tasks ended'))).toBe(true);
    expect(stage.running().map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });
});

function state(task: ContainerTask): string | undefined {
  return stage.ecs.containerTasks().find(({ id }) => id === task.id)?.status;
}

async function stop(task: ContainerTask): Promise<void> {
  const { operations } = stage.ecs.services![0]!;
  await operations['StopTask']!.handle(
    { cluster: 'demo', task: task.arn, reason: 'a drill' } as never,
    {} as never,
  );
}
