import type {
  AlarmHistoryItem,
  AlarmType,
  CompositeAlarm,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  MetricAlarm,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError, type Authorization, type AwsService, operation } from '../../kernel/index.ts';
import type { AlarmRecord, HistoryItem } from '../alarm-record.ts';
import type { Alarms } from '../alarms.ts';
import { invalid } from '../properties.ts';
import { compositeAlarmView, metricAlarmView } from './alarm-views.ts';
import { page } from './common.ts';

const PAGE_SIZE = 50;
const PAGE_SIZE_MAX = 100;
const NAMES_MAX = 100;

export function alarmOperations(alarms: Alarms): AwsService['operations'] {
  return {
    DescribeAlarms: operation<DescribeAlarmsInput, DescribeAlarmsOutput>({
      authorize: (input) => onAlarms('DescribeAlarms', alarms, input.AlarmNames),
      handle: (input) => describeAlarms(alarms, input),
    }),
    DescribeAlarmHistory: operation<DescribeAlarmHistoryInput, DescribeAlarmHistoryOutput>({
      authorize: (input) =>
        onAlarms('DescribeAlarmHistory', alarms, input.AlarmName === undefined ? [] : [input.AlarmName]),
      handle: (input) => describeHistory(alarms, input),
    }),
    SetAlarmState: operation<SetAlarmStateInput, Record<string, never>>({
      authorize: (input) => onAlarms('SetAlarmState', alarms, [input.AlarmName ?? '']),
      handle: (input) => setAlarmState(alarms, input),
    }),
  };
}

/** A list without names is a question about all alarms, also with a prefix. */
function onAlarms(action: string, alarms: Alarms, names: readonly string[] | undefined): Authorization[] {
  const asked = names === undefined || names.length === 0 ? ['*'] : names;
  return asked.map((name) => ({ action: `cloudwatch:${action}`, resource: alarms.arnOf(name) }));
}

function describeAlarms(alarms: Alarms, input: DescribeAlarmsInput): DescribeAlarmsOutput {
  refuseUnsupported(input);
  const types: readonly AlarmType[] = input.AlarmTypes ?? ['MetricAlarm'];
  const matching = alarms.all().filter((alarm) => matches(alarm, types, input));
  const found = page(matching, (alarm) => alarm.config.name, { token: input.NextToken, size: size(input) });
  const metricAlarms: MetricAlarm[] = [];
  const compositeAlarms: CompositeAlarm[] = [];
  for (const alarm of found.items) {
    const { config } = alarm;
    if (config.kind === 'metric') metricAlarms.push(metricAlarmView(alarm, config));
    else compositeAlarms.push(compositeAlarmView(alarm, config));
  }
  return {
    MetricAlarms: metricAlarms,
    CompositeAlarms: compositeAlarms,
    ...(found.next === undefined ? {} : { NextToken: found.next }),
  };
}

function refuseUnsupported(input: DescribeAlarmsInput): void {
  if (input.AlarmNames !== undefined && input.AlarmNamePrefix !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'AlarmNames and AlarmNamePrefix cannot be given together',
    );
  }
  if ((input.AlarmNames?.length ?? 0) > NAMES_MAX) {
    throw invalid('AlarmNames', input.AlarmNames?.length, `at most ${NAMES_MAX} names are allowed`);
  }
  for (const name of ['ChildrenOfAlarmName', 'ParentsOfAlarmName'] as const) {
    if (input[name] !== undefined) throw invalid(name, input[name], 'the sandbox does not answer this');
  }
}

function matches(alarm: AlarmRecord, types: readonly AlarmType[], input: DescribeAlarmsInput): boolean {
  const { name, kind, actions } = alarm.config;
  const targets = [...actions.alarm, ...actions.ok, ...actions.insufficientData];
  return (
    types.includes(kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm') &&
    (input.AlarmNames === undefined || input.AlarmNames.length === 0 || input.AlarmNames.includes(name)) &&
    name.startsWith(input.AlarmNamePrefix ?? '') &&
    (input.StateValue === undefined || alarm.state.value === input.StateValue) &&
    (input.ActionPrefix === undefined || targets.some((target) => target.startsWith(input.ActionPrefix!)))
  );
}

function size(input: { MaxRecords?: number | undefined }): number {
  const given = input.MaxRecords ?? PAGE_SIZE;
  if (given >= 1 && given <= PAGE_SIZE_MAX) return given;
  throw invalid('MaxRecords', given, `1 to ${PAGE_SIZE_MAX} is needed`);
}

function describeHistory(alarms: Alarms, input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput {
  const types: readonly AlarmType[] = input.AlarmTypes ?? ['MetricAlarm'];
  const from = input.StartDate?.getTime() ?? 0;
  const to = input.EndDate?.getTime() ?? Number.POSITIVE_INFINITY;
  const items = alarms
    .all()
    .filter((alarm) => input.AlarmName === undefined || alarm.config.name === input.AlarmName)
    .filter((alarm) => types.includes(typeOf(alarm)))
    .flatMap((alarm) => alarm.history.map((item, index) => ({ alarm, item, index })))
    .filter(({ item }) => input.HistoryItemType === undefined || item.type === input.HistoryItemType)
    .filter(({ item }) => item.at >= from && item.at <= to)
    .sort((a, b) => b.item.at - a.item.at || b.index - a.index);
  if (input.ScanBy === 'TimestampAscending') items.reverse();
  const key = (entry: (typeof items)[number]): string => `${entry.alarm.config.name}/${entry.index}`;
  const found = page(items, key, { token: input.NextToken, size: size(input) });
  return {
    AlarmHistoryItems: found.items.map(({ alarm, item }) => historyView(alarm, item)),
    ...(found.next === undefined ? {} : { NextToken: found.next }),
  };
}

function typeOf(alarm: AlarmRecord): AlarmType {
  return alarm.config.kind === 'metric' ? 'MetricAlarm' : 'CompositeAlarm';
}

function historyView(alarm: AlarmRecord, item: HistoryItem): AlarmHistoryItem {
  return {
    AlarmName: alarm.config.name,
    AlarmType: typeOf(alarm),
    Timestamp: new Date(item.at),
    HistoryItemType: item.type,
    HistorySummary: item.summary,
    HistoryData: item.data,
  };
}

function setAlarmState(alarms: Alarms, input: SetAlarmStateInput): Record<string, never> {
  const alarm = alarms.find(input.AlarmName ?? '');
  if (!alarm) throw new AwsError('ResourceNotFound', `There is no alarm ${input.AlarmName}`, { status: 404 });
  const value = input.StateValue;
  if (value !== 'OK' && value !== 'ALARM' && value !== 'INSUFFICIENT_DATA') {
    throw invalid('StateValue', value, 'OK, ALARM or INSUFFICIENT_DATA is needed');
  }
  alarms.setState(alarm, {
    value,
    reason: input.StateReason ?? '',
    reasonData: input.StateReasonData ?? null,
  });
  return {};
}
