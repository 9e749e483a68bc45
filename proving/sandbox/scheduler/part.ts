/** EventBridge Scheduler in the sandbox. Schedules run at their own rate whatever the pace. */

import { Deliveries } from '../events/deliveries.ts';
import {
  AwsError,
  type Enacted,
  type Part,
  Properties,
  type ResourceProvider,
  type World,
} from '../kernel/index.ts';
import { type ScheduleDefinition, requireFuture, scheduleDefinition } from './definition.ts';
import { ScheduleGroups, groupProvider, scheduleName } from './groups.ts';
import { LiveSchedule, type SchedulerPorts } from './live-schedule.ts';

const SERVICE = 'scheduler.amazonaws.com';

export function createScheduler(world: World, deps: SchedulerPorts): Part {
  const groups = new ScheduleGroups();
  const deliveries = new Deliveries(world, 'scheduler');
  const schedules = new Map<string, LiveSchedule>();
  return {
    providers: [
      groupProvider(world, groups),
      scheduleProvider({ world, deps, groups, deliveries, schedules }),
    ],
    async stop() {
      for (const schedule of schedules.values()) schedule.stop();
      deliveries.stop();
    },
  };
}

function scheduleProvider(parts: {
  world: World;
  deps: SchedulerPorts;
  groups: ScheduleGroups;
  deliveries: Deliveries;
  /** By name: a name is unique within its group, and CloudFormation's Ref is the name alone. */
  schedules: Map<string, LiveSchedule>;
}): ResourceProvider {
  const { world, deps, groups, deliveries, schedules } = parts;
  const arnOf = (path: string): string =>
    `arn:${world.partition}:scheduler:${world.region}:${world.accountId}:${path}`;
  /** The scheduler assumes the role for the schedule's group: that is the source a trust policy may ask for. */
  const requireTrust = ({ roleArn, group }: ScheduleDefinition): void =>
    deps.identity.checkAssumableBy?.(roleArn, SERVICE, arnOf(`schedule-group/${group}`));
  const enacted = (name: string, arn: string): Enacted => ({ physicalId: name, attributes: { Arn: arn } });
  return {
    type: 'AWS::Scheduler::Schedule',
    replaceOn: ['Name', 'GroupName'],
    async create(request) {
      const definition = scheduleDefinition(request);
      requireFuture(definition, world.now());
      requireTrust(definition);
      groups.require(definition.group);
      const name = scheduleName(new Properties(request, request.properties), request.generateName(64));
      if (schedules.has(name)) throw new AwsError('ConflictException', `Schedule ${name} already exists.`);
      const arn = arnOf(`schedule/${definition.group}/${name}`);
      schedules.set(name, new LiveSchedule(world, deps, deliveries, { arn, definition }));
      return enacted(name, arn);
    },
    async update(request) {
      const definition = scheduleDefinition(request);
      const schedule = schedules.get(request.physicalId);
      if (schedule === undefined) {
        throw new AwsError('ResourceNotFoundException', `Schedule ${request.physicalId} does not exist.`);
      }
      requireTrust(definition);
      schedule.change(definition);
      return enacted(request.physicalId, schedule.arn);
    },
    async delete(request) {
      schedules.get(request.physicalId)?.stop();
      schedules.delete(request.physicalId);
    },
  };
}
