import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { healthyMin, liveMax } from '../../../../proving/twin/ecs/index.ts';
import { type Behaviour, GOOD, isSteady, Rig, SICK, steady } from './support.ts';

/** Percentages that leave room to move: with 100 and 100 a rolling deployment stands still, on AWS, too. */
const limits = fc
  .record({
    desiredCount: fc.integer({ min: 1, max: 12 }),
    minimumHealthyPercent: fc.integer({ min: 0, max: 100 }),
    maximumPercent: fc.integer({ min: 100, max: 300 }),
  })
  .filter(
    (config) =>
      Math.floor((config.desiredCount * config.maximumPercent) / 100) > config.desiredCount ||
      Math.ceil((config.desiredCount * config.minimumHealthyPercent) / 100) < config.desiredCount,
  );

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  bootMs: fc.integer({ min: 0, max: 20_000 }),
  healthyMs: fc.integer({ min: 0, max: 60_000 }),
});

const BAD: readonly Behaviour[] = [
  SICK,
  { bootMs: 500, healthyMs: 6_000, diesMs: 300 },
  { bootMs: 500, healthyMs: null, cannotStart: true },
];

describe('a deployment', () => {
  it('keeps to minimum and maximum and converges, while nothing fails', () => {
    fc.assert(
      fc.property(limits, behaviour, (config, next) => {
        const rig = steady(config);
        const least = healthyMin(rig.state.config);
        const most = liveMax(rig.state.config);
        rig.watch = () => {
          expect(rig.healthy.length).toBeGreaterThanOrEqual(least);
          expect(rig.live.length).toBeLessThanOrEqual(most);
        };
        rig.deploy('v2', next);
        rig.until(isSteady);
        expect(rig.state.tasks.every((task) => task.revision.arn === 'v2')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('of a bad version rolls back to the completed one, and never has fewer healthy tasks than the minimum', () => {
    fc.assert(
      fc.property(limits, fc.constantFrom(...BAD), (config, bad) => {
        const rig = steady(config);
        const least = healthyMin(rig.state.config);
        rig.watch = () => expect(rig.healthy.length).toBeGreaterThanOrEqual(least);
        rig.deploy('v2', bad);
        rig.until((one) => one.state.isSteady && one.deploymentEvents.includes('SERVICE_DEPLOYMENT_FAILED'));
        expect(rig.state.tasks.every((task) => task.revision.arn === 'v1')).toBe(true);
        expect(rig.state.deployments).toHaveLength(1);
      }),
      { numRuns: 100 },
    );
  });

  it('converges whatever happens meanwhile: deaths, failing checks, stops, scaling, other versions', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constantFrom('exited', 'sick', 'stopped'), at: fc.nat(11), ms: fc.nat(40_000) }),
      fc.record({ kind: fc.constantFrom('scaled', 'deployed'), at: fc.nat(11), ms: fc.nat(40_000) }),
    );
    fc.assert(
      fc.property(limits, fc.array(event, { maxLength: 12 }), (config, events) => {
        // Scaled to one task, a service needs room for a second one.
        const rig = steady({ ...config, maximumPercent: 200 });
        events.forEach((one, index) => {
          rig.run(one.ms);
          happen(rig, one, index);
        });
        rig.run(60_000);
        rig.until(isSteady);
        expect(rig.healthy).toHaveLength(rig.state.config.desiredCount);
        expect(rig.state.deployments).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

function happen(rig: Rig, { kind, at }: { kind: string; at: number }, index: number): void {
  if (kind === 'scaled')
    return rig.deploy(rig.state.deployments[0]!.revision.arn, GOOD, { desiredCount: at + 1 });
  if (kind === 'deployed') return rig.deploy(`v${index + 2}`, GOOD);
  const task = rig.live[at % Math.max(1, rig.live.length)]?.id ?? 'none';
  if (kind === 'exited') rig.input({ kind: 'exited', task });
  else if (kind === 'sick') rig.input({ kind: 'checked', task, targets: 'unhealthy' });
  else rig.input({ kind: 'stop-requested', task, reason: 'somebody asked' });
}
