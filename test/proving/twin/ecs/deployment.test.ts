import { describe, expect, it } from 'vitest';
import { failuresMax, healthyMin, liveMax } from '../../../../proving/twin/ecs/index.ts';
import { CONFIG, GOOD, isSteady, revision, Rig, SICK, steady, ZONES } from './support.ts';

const revisions = (rig: Rig) => rig.state.tasks.map((task) => task.revision.arn);

describe('a deployment', () => {
  it('starts the desired count, one in each zone, and is completed when all are healthy', () => {
    const rig = steady();
    expect(rig.state.tasks.map(({ az }) => az)).toEqual(ZONES);
    expect(rig.deploymentEvents).toEqual(['SERVICE_DEPLOYMENT_IN_PROGRESS', 'SERVICE_DEPLOYMENT_COMPLETED']);
    expect(rig.messages.at(-1)).toBe('(service web) has reached a steady state.');
  });

  it('starts the new tasks first, and drains an old one for each that is healthy', () => {
    const rig = steady();
    let healthyLeast = Number.POSITIVE_INFINITY;
    let liveMost = 0;
    rig.watch = () => {
      healthyLeast = Math.min(healthyLeast, rig.healthy.length);
      liveMost = Math.max(liveMost, rig.live.length);
    };
    rig.deploy('v2', GOOD);
    rig.until(isSteady);
    expect({ healthyLeast, liveMost }).toEqual({ healthyLeast: 3, liveMost: 6 });
    expect(revisions(rig)).toEqual(['v2', 'v2', 'v2']);
    expect(rig.state.tasks.map(({ az }) => az)).toEqual(ZONES);
  });

  it('without room beyond the desired count stops down to the minimum, and no further', () => {
    const rig = steady({ desiredCount: 4, minimumHealthyPercent: 50, maximumPercent: 100 });
    let healthyLeast = 4;
    let liveMost = 0;
    rig.watch = () => {
      healthyLeast = Math.min(healthyLeast, rig.healthy.length);
      liveMost = Math.max(liveMost, rig.live.length);
    };
    rig.deploy('v2', GOOD);
    rig.until(isSteady);
    expect({ healthyLeast, liveMost }).toEqual({ healthyLeast: 2, liveMost: 4 });
  });

  it('is not complete while an old task drains', () => {
    const rig = steady();
    rig.deploy('v2', GOOD);
    rig.until(() => rig.live.every((task) => task.revision.arn === 'v2') && rig.healthy.length === 3);
    expect(rig.state.deployments.map(({ rollout }) => rollout)).toEqual(['IN_PROGRESS', 'COMPLETED']);
    rig.until(isSteady);
    expect(rig.state.deployments).toHaveLength(1);
  });

  it('does nothing for the same revision unless it is forced', () => {
    const rig = steady();
    const before = rig.state.tasks;
    rig.deploy('v1', GOOD);
    expect(rig.state.tasks).toEqual(before);
    rig.input({ kind: 'updated', config: rig.state.config, revision: revision('v1'), force: true });
    rig.until(isSteady);
    expect(rig.state.tasks.some(({ id }) => before.some((old) => old.id === id))).toBe(false);
  });

  it('gives way to a newer one that begins before its end', () => {
    const rig = steady();
    rig.deploy('v2', GOOD);
    rig.run(5_000);
    rig.deploy('v3', GOOD);
    rig.until(isSteady);
    expect(revisions(rig)).toEqual(['v3', 'v3', 'v3']);
  });

  it('replaces a lost task of the old revision by the old one while the new one fails', () => {
    const rig = steady({ circuitBreaker: { enable: false, rollback: false } });
    rig.deploy('v2', SICK);
    rig.run(10_000);
    const lost = rig.healthy[0]!;
    rig.input({ kind: 'exited', task: lost.id });
    rig.until(() => rig.healthy.length === 3 && rig.healthy.every(({ id }) => id !== lost.id));
    expect(rig.healthy.map((task) => task.revision.arn)).toEqual(['v1', 'v1', 'v1']);
  });
});

describe('the circuit breaker', () => {
  it.each([
    [1, 3],
    [3, 3],
    [6, 3],
    [7, 4],
    [400, 200],
    [1_000, 200],
  ])('of %i tasks trips after %i failures', (desiredCount, failures) => {
    expect(failuresMax({ ...CONFIG, desiredCount })).toBe(failures);
  });

  it('takes a service whose new tasks never get healthy back to the last completed revision', () => {
    const rig = steady();
    const before = rig.state.tasks.map(({ id }) => id);
    let healthyLeast = 3;
    rig.watch = () => (healthyLeast = Math.min(healthyLeast, rig.healthy.length));
    rig.deploy('v2', SICK);
    rig.until(isSteady);
    expect(rig.state.tasks.map(({ id }) => id)).toEqual(before);
    expect(healthyLeast).toBe(3);
    expect(rig.deploymentEvents.slice(2)).toEqual([
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_FAILED',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_COMPLETED',
    ]);
    expect(rig.messages.some((text) => text.includes('rolling back to deployment'))).toBe(true);
  });

  it('counts tasks that end soon after their start', () => {
    const rig = steady();
    rig.deploy('v2', { bootMs: 1_000, healthyMs: 6_000, diesMs: 100 });
    rig.until(isSteady);
    expect(revisions(rig)).toEqual(['v1', 'v1', 'v1']);
  });

  it('with nothing to roll back to leaves the deployment failed, and starts no more', () => {
    const rig = new Rig();
    rig.deploy('v1', SICK);
    rig.until(() => rig.deploymentEvents.includes('SERVICE_DEPLOYMENT_FAILED'));
    // What was being provisioned comes up still.
    rig.run(40_000);
    const started = rig.ids('start').length;
    rig.run(600_000);
    expect(rig.ids('start')).toHaveLength(started);
    expect(rig.state.deployments[0]?.rollout).toBe('FAILED');
  });

  it('takes a new deployment after a failed one', () => {
    const rig = new Rig();
    rig.deploy('v1', SICK);
    rig.until(() => rig.deploymentEvents.includes('SERVICE_DEPLOYMENT_FAILED'));
    rig.deploy('v2', GOOD);
    rig.until(isSteady);
    expect(revisions(rig)).toEqual(['v2', 'v2', 'v2']);
  });

  it('that is off lets a deployment go on for ever', () => {
    const rig = steady({ circuitBreaker: { enable: false, rollback: false } });
    rig.deploy('v2', SICK);
    rig.run(1_800_000);
    expect(rig.deploymentEvents).not.toContain('SERVICE_DEPLOYMENT_FAILED');
    expect(rig.healthy.map((task) => task.revision.arn)).toEqual(['v1', 'v1', 'v1']);
  });
});

describe('the limits', () => {
  it('round the minimum up and the maximum down', () => {
    const config = { ...CONFIG, desiredCount: 3, minimumHealthyPercent: 50, maximumPercent: 150 };
    expect([healthyMin(config), liveMax(config)]).toEqual([2, 4]);
  });
});
