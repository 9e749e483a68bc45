/** Runs the actions of an alarm that changed its state. */

import type { AlarmState } from '../../twin/cloudwatch/index.ts';
import type { FunctionInvoker, Topics, World } from '../kernel/index.ts';
import type { AlarmActions } from './alarm-config.ts';
import type { AlarmRecord } from './alarm-record.ts';
import { functionPayload, topicMessage } from './payloads.ts';

export interface ActionTargets {
  readonly invoker: FunctionInvoker;
  readonly topics: Topics | null;
}

/** The service principal that a function's permission must name. */
const PRINCIPAL = 'lambda.alarms.cloudwatch.amazonaws.com';
/** The one that a topic's policy must name. */
const TOPIC_PRINCIPAL = 'cloudwatch.amazonaws.com';

/** A target that is gone or refuses is written down in the alarm's history; the state stands. */
export function runActions(world: World, targets: ActionTargets, alarm: AlarmRecord): void {
  const { actions, arn } = alarm.config;
  if (!actions.enabled) return;
  for (const target of actionsFor(actions, alarm.state.value)) {
    try {
      if (target.split(':')[2] === 'lambda') {
        const payload = functionPayload(world, alarm);
        targets.invoker.invokeAsync(target, payload, { service: PRINCIPAL, sourceArn: arn });
      } else {
        if (!targets.topics) throw new Error('there are no topics');
        const from = { service: TOPIC_PRINCIPAL, sourceArn: arn };
        targets.topics.publish(target, topicMessage(world, alarm), from);
      }
      note(world, alarm, `Successfully executed action ${target}`, {});
    } catch (error) {
      note(world, alarm, `Failed to execute action ${target}`, { error: (error as Error).message });
    }
  }
}

function actionsFor(actions: AlarmActions, state: AlarmState): readonly string[] {
  if (state === 'ALARM') return actions.alarm;
  return state === 'OK' ? actions.ok : actions.insufficientData;
}

function note(world: World, alarm: AlarmRecord, summary: string, data: Record<string, unknown>): void {
  alarm.note({ at: world.now(), type: 'Action', summary, data: JSON.stringify(data) });
  world.log('cloudwatch', summary, { alarm: alarm.config.name, state: alarm.state.value, ...data });
}
