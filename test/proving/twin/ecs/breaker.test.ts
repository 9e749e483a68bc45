import { describe, expect, it } from 'vitest';
import { GOOD, isSteady, revision, Rig, SICK, steady } from './support.ts';

const revisions = (rig: Rig) => rig.state.tasks.map((task) => task.revision.arn);

describe('the count of the circuit breaker', () => {
  it('is of failures in a row: a task that gets healthy sets it to none', () => {
    const rig = new Rig({ desiredCount: 1 });
    rig.deploy('v1', SICK);
    rig.until(() => rig.state.deployments[0]?.failures === 2);
    rig.behaviours.set('v1', GOOD);
    rig.until(isSteady);
    expect(rig.state.deployments[0]?.failures).toBe(0);
    expect(rig.deploymentEvents).not.toContain('SERVICE_DEPLOYMENT_FAILED');
  });

  it('fails a rollback that fails, and does not roll it back: what is rolled back to is not completed', () => {
    const rig = steady();
    rig.behaviours.set('v1', SICK);
    rig.deploy('v2', SICK);
    rig.run(5_000);
    for (const { id } of rig.state.tasks.filter((task) => task.revision.arn === 'v1')) {
      rig.input({ kind: 'exited', task: id });
    }
    rig.run(1_800_000);
    const events = rig.deploymentEvents.slice(2);
    expect(events).toEqual([
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_FAILED',
      'SERVICE_DEPLOYMENT_IN_PROGRESS',
      'SERVICE_DEPLOYMENT_FAILED',
    ]);
  });
});

describe('scaling out during a deployment', () => {
  it('reaches the revision that runs, too, so that a bad version holds nothing up', () => {
    const rig = steady({ circuitBreaker: { enable: false, rollback: false }, maximumPercent: 300 });
    rig.deploy('v2', SICK);
    rig.run(5_000);
    rig.deploy('v2', SICK, { desiredCount: 5 });
    rig.until(() => rig.healthy.length === 5, 300_000);
    expect(rig.healthy.map((task) => task.revision.arn)).toEqual(Array.from({ length: 5 }, () => 'v1'));
  });
});

describe('a forced deployment of the same revision', () => {
  it('that is rolled back leaves tasks of that revision', () => {
    const rig = steady();
    rig.behaviours.set('v1', SICK);
    rig.input({ kind: 'updated', config: rig.state.config, revision: revision('v1'), force: true });
    rig.until((one) => isSteady(one) && one.deploymentEvents.includes('SERVICE_DEPLOYMENT_FAILED'));
    expect(revisions(rig)).toEqual(['v1', 'v1', 'v1']);
  });
});
