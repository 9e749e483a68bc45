import { expect, it } from 'vitest';
import { processState } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { definition, service } from './fixture.ts';
import { eventually, openStage } from './stage.ts';

/** Never healthy, and no circuit breaker: such a deployment goes on until somebody ends it. */
const HOPELESS = {
  DeploymentConfiguration: { MinimumHealthyPercent: 100, MaximumPercent: 200 },
  DesiredCount: 1,
};
const CHECK = {
  Command: ['CMD', 'node', '-e', 'process.exit(1)'],
  Interval: 10,
  Retries: 10,
  StartPeriod: 300,
};

it('the stop of the sandbox ends a deployment that waits, its tasks, and what they started', async () => {
  const stage = await openStage();
  await stage.create('AWS::ECS::Cluster', { ClusterName: 'demo' });
  const code = `
const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
child.on('spawn', () => console.log('spawned ' + child.pid));
setInterval(() => {}, 1000);`;
  const { physicalId } = await stage.create(
    'AWS::ECS::TaskDefinition',
    definition({ code, container: { HealthCheck: CHECK } }),
  );
  const deployed = stage.create('AWS::ECS::Service', service(physicalId, HOPELESS)).then(
    () => 'done',
    (error: Error) => error.message,
  );
  const line = await eventually('a task that has started something', 20_000, () =>
    stage.lines.find((one) => one.includes('spawned')),
  );
  const grandchild = Number(line.split(' ').at(-1));
  expect(processState(grandchild)).not.toBeNull();
  await stage.ecs.stop!();
  expect(await deployed).toContain('the sandbox is stopping');
  const late = stage.create('AWS::ECS::Service', service(physicalId, { ...HOPELESS, ServiceName: 'late' }));
  await expect(late).rejects.toThrow('the sandbox is stopping');
  await eventually('the end of what it started', 5_000, () => processState(grandchild) === null);
  // Throws when a process is left.
  await stage.end();
});
