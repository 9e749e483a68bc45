/** What the simulator says of balancers and tasks is what the template of the example environment says. */

import { beforeAll, describe, expect, it } from 'vitest';
import { STOP_TIMEOUT_MS, TARGET_GROUP, WEB_SERVICE } from '../../../../proving/sim/front/site.ts';
import { resourcesOf, synthesize, type Resource, type Synthesized } from '../../../lib/synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

const every = (type: string): readonly Resource[] =>
  Object.values(made.json).flatMap((stack) => resourcesOf(stack, type).map(([, resource]) => resource));

describe('the simulated front', () => {
  it('has target groups as they are deployed', () => {
    const groups = every('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(groups).toHaveLength(2);
    for (const { Properties } of groups) {
      const { check, slowStartMs, deregistrationMs, minimumHealthy } = TARGET_GROUP;
      expect(Properties['HealthCheckIntervalSeconds']).toBe(check.intervalMs / 1000);
      expect(Properties['HealthCheckTimeoutSeconds']).toBe(check.timeoutMs / 1000);
      expect(Properties['HealthyThresholdCount']).toBe(check.healthyThreshold);
      expect(Properties['UnhealthyThresholdCount']).toBe(check.unhealthyThreshold);
      const given = Properties['TargetGroupAttributes'] as readonly { Key: string; Value: string }[];
      const attributes = new Map(given.map(({ Key, Value }) => [Key, Value]));
      expect(attributes.get('slow_start.duration_seconds')).toBe(String(slowStartMs / 1000));
      expect(attributes.get('deregistration_delay.timeout_seconds')).toBe(String(deregistrationMs / 1000));
      for (const what of ['dns_failover', 'unhealthy_state_routing']) {
        const count = attributes.get(`target_group_health.${what}.minimum_healthy_targets.count`);
        expect(count).toBe(String(minimumHealthy.count));
      }
    }
  });

  it('has a service of the web tier as it is deployed', () => {
    const service = every('AWS::ECS::Service').find(
      ({ Properties }) => Properties['ServiceName'] === 'web-tier',
    )!;
    const { minimumHealthyPercent, maximumPercent, circuitBreaker, graceMs } = WEB_SERVICE;
    const { DeploymentConfiguration: deployment, ...rest } = service.Properties;
    expect(deployment.MinimumHealthyPercent).toBe(minimumHealthyPercent);
    expect(deployment.MaximumPercent).toBe(maximumPercent);
    expect(deployment.DeploymentCircuitBreaker).toEqual({
      Enable: circuitBreaker.enable,
      Rollback: circuitBreaker.rollback,
    });
    expect(rest['HealthCheckGracePeriodSeconds']).toBe(graceMs / 1000);
    expect(rest['LoadBalancers']).toHaveLength(2);
    const family = every('AWS::ECS::TaskDefinition').find(({ Properties }) =>
      JSON.stringify(Properties['Family'] ?? '').includes('web-tier'),
    )!;
    const [container] = family.Properties['ContainerDefinitions'];
    expect(container.StopTimeout).toBe(STOP_TIMEOUT_MS / 1000);
    expect(container.HealthCheck).toBeUndefined();
  });
});
