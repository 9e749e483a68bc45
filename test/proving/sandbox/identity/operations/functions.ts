import { FUNCTION, alarm, HERE, type Row } from './rights.ts';

export const LAMBDA: readonly Row[] = [
  ['Invoke', { FunctionName: 'demo' }, { action: 'InvokeFunction', on: FUNCTION }],
  [
    'Invoke',
    { FunctionName: FUNCTION, InvocationType: 'DryRun' },
    { action: 'InvokeFunction', on: FUNCTION },
  ],
  [
    'Invoke',
    { FunctionName: 'demo', Qualifier: 'live' },
    { action: 'InvokeFunction', on: `${FUNCTION}:live` },
  ],
  ['ListFunctions', {}, { action: 'ListFunctions', on: '*' }],
  ['GetFunction', { FunctionName: 'demo' }, { action: 'GetFunction', on: FUNCTION }],
  [
    'GetFunctionConfiguration',
    { FunctionName: 'demo' },
    { action: 'GetFunctionConfiguration', on: FUNCTION },
  ],
];

export const EVENTS: readonly Row[] = [
  [
    'PutEvents',
    { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{}' }] },
    {
      action: 'PutEvents',
      on: `arn:aws:events:${HERE}:event-bus/default`,
      keys: { 'events:source': ['shop'], 'events:detail-type': ['Order'] },
    },
  ],
  ['ListRules', {}, { action: 'ListRules', on: '*' }],
  ['DescribeRule', { Name: 'r' }, { action: 'DescribeRule', on: `arn:aws:events:${HERE}:rule/r` }],
];

export const CLOUDWATCH: readonly Row[] = [
  ['DescribeAlarms', {}, { action: 'DescribeAlarms', on: alarm('*') }],
  ['DescribeAlarms', { AlarmNamePrefix: 'demo-' }, { action: 'DescribeAlarms', on: alarm('*') }],
  [
    'DescribeAlarms',
    { AlarmNames: ['a', 'b'] },
    { action: 'DescribeAlarms', on: alarm('a') },
    { action: 'DescribeAlarms', on: alarm('b') },
  ],
  ['DescribeAlarmHistory', { AlarmName: 'a' }, { action: 'DescribeAlarmHistory', on: alarm('a') }],
  ['DescribeAlarmHistory', {}, { action: 'DescribeAlarmHistory', on: alarm('*') }],
  ['SetAlarmState', { AlarmName: 'a' }, { action: 'SetAlarmState', on: alarm('a') }],
  [
    'PutMetricData',
    { Namespace: 'Understudy', MetricData: [] },
    { action: 'PutMetricData', on: '*', keys: { 'cloudwatch:namespace': 'Understudy' } },
  ],
  ['GetMetricData', { MetricDataQueries: [] }, { action: 'GetMetricData', on: '*' }],
  ['GetMetricStatistics', { Namespace: 'AWS/RDS' }, { action: 'GetMetricStatistics', on: '*' }],
  ['ListMetrics', {}, { action: 'ListMetrics', on: '*' }],
];
