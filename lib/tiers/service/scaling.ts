import { Duration } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { NormalizedTask } from '../../../core/profile/index.ts';

/** Quickly out, slowly in: a load that comes back finds its tasks. */
const COOLDOWN = { scaleOutCooldown: Duration.seconds(60), scaleInCooldown: Duration.minutes(10) };
const SECONDS_PER_PERIOD = 60;
/** Of the reserved processors, in percent: the tasks of the other zones have room for those of one that is gone. */
const CPU_PERCENT = 60;

type Bounds = Pick<NormalizedTask, 'tasks' | 'tasksMax' | 'requestsPerTask'>;

/**
 * Every service of the kit scales, and its template names no count of tasks: a deployment would set back what scaling
 * did. ECS starts a new service with one task, and the scalable target lifts it to its least at once: registering
 * one brings what is outside its bounds inside (Application Auto Scaling, RegisterScalableTarget).
 */

/** Keeps the requests a task at what it bears, less the share that comes over when a zone is gone. */
export function scaleByRequests(
  service: ecs.FargateService,
  bounds: Bounds,
  by: { readonly targetGroup: elbv2.ApplicationTargetGroup; readonly zones: number },
): void {
  const share = (by.zones - 1) / by.zones;
  scalable(service, bounds).scaleOnRequestCount('Requests', {
    ...COOLDOWN,
    targetGroup: by.targetGroup,
    requestsPerTarget: Math.max(1, Math.floor(bounds.requestsPerTask * SECONDS_PER_PERIOD * share)),
  });
}

/** Keeps the processors of the tasks at a level that leaves room for a zone that is gone. */
export function scaleByCpu(service: ecs.FargateService, bounds: Bounds): void {
  scalable(service, bounds).scaleOnCpuUtilization('Cpu', {
    ...COOLDOWN,
    targetUtilizationPercent: CPU_PERCENT,
  });
}

function scalable(service: ecs.FargateService, { tasks, tasksMax }: Bounds): ecs.ScalableTaskCount {
  return service.autoScaleTaskCount({ minCapacity: tasks, maxCapacity: tasksMax });
}
