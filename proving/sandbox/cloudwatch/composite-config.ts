/** A composite alarm as its template describes it. */

import { type CompositeRule, parseCompositeRule } from '../../twin/cloudwatch/index.ts';
import { type AlarmActions, readAlarmActions } from './alarm-config.ts';
import { invalid, number, type Properties, text } from './properties.ts';

export interface Suppressor {
  /** Name or ARN of the alarm. */
  readonly alarm: string;
  readonly waitS: number;
  readonly extensionS: number;
}

export interface CompositeAlarmConfig {
  readonly kind: 'composite';
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly actions: AlarmActions;
  readonly ruleText: string;
  readonly rule: CompositeRule;
  readonly suppressor: Suppressor | null;
}

/** @throws AwsError `InvalidParameterValue` naming the property */
export function readCompositeAlarm(
  properties: Properties,
  given: { readonly name: string; readonly arn: string },
): CompositeAlarmConfig {
  const ruleText = text(properties.AlarmRule) ?? '';
  return {
    kind: 'composite',
    ...given,
    description: text(properties.AlarmDescription) ?? null,
    actions: readAlarmActions(properties),
    ruleText,
    rule: parsed(ruleText),
    suppressor: readSuppressor(properties),
  };
}

function readSuppressor(properties: Properties): Suppressor | null {
  const alarm = text(properties.ActionsSuppressor);
  if (alarm === undefined) return null;
  return {
    alarm,
    waitS: number('ActionsSuppressorWaitPeriod', properties.ActionsSuppressorWaitPeriod),
    extensionS: number('ActionsSuppressorExtensionPeriod', properties.ActionsSuppressorExtensionPeriod),
  };
}

function parsed(rule: string): CompositeRule {
  try {
    return parseCompositeRule(rule);
  } catch (error) {
    throw invalid('AlarmRule', rule, (error as Error).message);
  }
}
