/** Tasks behind a real balancer of the sandbox: three nodes, their health checks, their draining. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage as openBalancer, type Stage as BalancerStage } from '../elb/support.ts';
import { application, definition, PORT, service } from './fixture.ts';
import { Load } from './load.ts';
import { type EcsStage, eventually, openStage } from './stage.ts';

const SLOW = "if (q.url === '/under-way') return void setTimeout(() => s.end('late'), 150);";
/** A connection of a draining target lives a second and a half at this pace. */
const DELAY = { 'deregistration_delay.timeout_seconds': '60' };

let balancer: BalancerStage;
let stage: EcsStage;
let serviceArn: string;

async function definitionOf(version: string, env: Readonly<Record<string, string>> = {}): Promise<object> {
  const made = definition({ version, env, code: application(SLOW) });
  const { physicalId } = await stage.create('AWS::ECS::TaskDefinition', made);
  const { groupArn: TargetGroupArn } = balancer;
  return service(physicalId, {
    LoadBalancers: [{ ContainerName: 'app', ContainerPort: PORT, TargetGroupArn }],
    HealthCheckGracePeriodSeconds: 60,
  });
}

beforeAll(async () => {
  balancer = await openBalancer({ groupAttributes: DELAY });
  stage = await openStage(balancer.balancing.targetGroups);
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const enacted = await stage.create('AWS::ECS::Service', await definitionOf('v1'));
  serviceArn = enacted.physicalId;
});

afterAll(async () => {
  await stage?.end();
  await balancer?.end();
});

/** Asks all nodes in turn: a 5xx counts as a failure. */
function loadOf(path: string): Load {
  let turn = 0;
  return new Load(async () => {
    const { status, text: body } = await balancer.ask(path, { node: balancer.node(turn++ % 3) });
    if (status !== 200) throw new Error(`${status}: ${body}`);
    return { status, body };
  });
}

describe('a service behind a balancer of the sandbox', () => {
  it('is updated under load without a failed request, those that take long included', async () => {
    const loads = [loadOf('/'), loadOf('/under-way'), loadOf('/under-way')];
    await stage.update('AWS::ECS::Service', serviceArn, await definitionOf('v2'));
    const ended = await Promise.all(loads.map((load) => load.end()));
    expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
    expect(ended[0]!.answers.at(-1)).toBe('v2');
    expect(ended[0]!.answers[0]).toBe('v1');
    expect(stage.running().map(({ version }) => version)).toEqual(['v2', 'v2', 'v2']);
  });

  it('goes back from a version that the balancer finds unhealthy, without a failed request', async () => {
    const load = loadOf('/');
    const failed = await stage
      .update('AWS::ECS::Service', serviceArn, await definitionOf('v3', { HEALTHY: 'no' }))
      .then(
        () => 'done',
        (error: Error) => error.message,
      );
    expect(failed).toContain('Circuit Breaker was triggered');
    await eventually('the rollback', 30_000, () => stage.eventNames().at(-1) === 'SERVICE_STEADY_STATE');
    const { answers, failures } = await load.end();
    expect(failures).toEqual([]);
    expect(new Set(answers)).toEqual(new Set(['v2']));
  });

  it('has a stopped task found by the balancer, and replaced', async () => {
    const [lost] = stage.running();
    process.kill(lost!.pid!, 'SIGSTOP');
    await eventually('the replacement', 40_000, () => {
      const ids = stage.running().map(({ id }) => id);
      return (
        ids.length === 3 && !ids.includes(lost!.id) && stage.eventNames().at(-1) === 'SERVICE_STEADY_STATE'
      );
    });
  });
});
