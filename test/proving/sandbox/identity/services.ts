/** What AWS says when a service calls for something of the account: written from the pages of each service. */

export interface ServiceCase {
  readonly name: string;
  /** The service principal, and what it acts for. */
  readonly service: string;
  readonly source: string;
  readonly isAllowed: boolean;
}

const HERE = 'us-east-1:123456789012';
const ALARM = `arn:aws:cloudwatch:${HERE}:alarm:understudy-demo-writer`;
const RULE = `arn:aws:events:${HERE}:rule/demo`;
const TOPIC = `arn:aws:sns:${HERE}:people`;
const ALARMS = `arn:aws:cloudwatch:${HERE}:alarm:understudy-demo-*`;

/** One AWS::Lambda::Permission on a function, and who may then invoke it. */
export const INVOKERS: readonly (readonly [permission: object | null, ...cases: readonly ServiceCase[]])[] = [
  [null, { name: 'without a permission', service: 'events.amazonaws.com', source: RULE, isAllowed: false }],
  [
    { Principal: 'lambda.alarms.cloudwatch.amazonaws.com', SourceArn: ALARMS, SourceAccount: '123456789012' },
    {
      name: 'an alarm of the environment',
      service: 'lambda.alarms.cloudwatch.amazonaws.com',
      source: ALARM,
      isAllowed: true,
    },
    {
      name: 'an alarm of another environment',
      service: 'lambda.alarms.cloudwatch.amazonaws.com',
      source: ALARM.replace('demo', 'prod'),
      isAllowed: false,
    },
    {
      name: 'an alarm of the same name in another account',
      service: 'lambda.alarms.cloudwatch.amazonaws.com',
      source: ALARM.replace('123456789012', '999999999999'),
      isAllowed: false,
    },
    {
      name: 'an alarm of the same name in another Region',
      service: 'lambda.alarms.cloudwatch.amazonaws.com',
      source: ALARM.replace('us-east-1', 'eu-west-1'),
      isAllowed: false,
    },
    {
      name: 'the principal that publishes to topics, which is another',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM,
      isAllowed: false,
    },
  ],
  [
    { Principal: 'events.amazonaws.com', SourceArn: RULE },
    { name: 'the rule', service: 'events.amazonaws.com', source: RULE, isAllowed: true },
    { name: 'another rule', service: 'events.amazonaws.com', source: `${RULE}-2`, isAllowed: false },
    { name: 'a topic', service: 'sns.amazonaws.com', source: TOPIC, isAllowed: false },
  ],
  [
    { Principal: 'sns.amazonaws.com', SourceArn: TOPIC },
    { name: 'the topic', service: 'sns.amazonaws.com', source: TOPIC, isAllowed: true },
    { name: 'another topic', service: 'sns.amazonaws.com', source: `${TOPIC}-2`, isAllowed: false },
  ],
  [
    { Principal: 'events.amazonaws.com', SourceAccount: '123456789012' },
    {
      name: 'any rule of the account',
      service: 'events.amazonaws.com',
      source: `${RULE}-2`,
      isAllowed: true,
    },
    {
      name: 'a rule of another account',
      service: 'events.amazonaws.com',
      source: RULE.replace('123456789012', '999999999999'),
      isAllowed: false,
    },
  ],
  [
    { Principal: 'events.amazonaws.com', SourceArn: RULE, Action: 'lambda:GetFunction' },
    {
      name: 'a permission to something else',
      service: 'events.amazonaws.com',
      source: RULE,
      isAllowed: false,
    },
  ],
];

const allow = (Service: string, Condition: object): object => ({
  Effect: 'Allow',
  Principal: { Service },
  Action: ['sns:Publish', 'sqs:SendMessage'],
  Resource: '*',
  Condition,
});
const DENY_PLAIN = {
  Effect: 'Deny',
  Principal: '*',
  Action: '*',
  Resource: '*',
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
};

/** The statements on a topic, and who may then publish to it. */
export const PUBLISHERS: readonly (readonly [
  statements: readonly object[] | null,
  ...cases: readonly ServiceCase[],
])[] = [
  [
    null,
    {
      name: 'an alarm, by the policy every topic has',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM,
      isAllowed: true,
    },
    {
      name: 'a rule, which that policy leaves out',
      service: 'events.amazonaws.com',
      source: RULE,
      isAllowed: false,
    },
    {
      name: 'an alarm of another account',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM.replace('123456789012', '999999999999'),
      isAllowed: false,
    },
  ],
  [
    [DENY_PLAIN],
    {
      name: 'an alarm, when a policy has taken the place of that one',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM,
      isAllowed: false,
    },
  ],
  [
    [
      DENY_PLAIN,
      allow('cloudwatch.amazonaws.com', {
        ArnLike: { 'aws:SourceArn': ALARMS },
        StringEquals: { 'aws:SourceAccount': '123456789012' },
      }),
    ],
    {
      name: 'an alarm of the environment',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM,
      isAllowed: true,
    },
    {
      name: 'an alarm of another environment',
      service: 'cloudwatch.amazonaws.com',
      source: ALARM.replace('demo', 'prod'),
      isAllowed: false,
    },
    { name: 'a rule', service: 'events.amazonaws.com', source: RULE, isAllowed: false },
  ],
  [
    [allow('events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': RULE } })],
    { name: 'the rule', service: 'events.amazonaws.com', source: RULE, isAllowed: true },
    { name: 'another rule', service: 'events.amazonaws.com', source: `${RULE}-2`, isAllowed: false },
  ],
];

/** The statements on a queue, and who may then send dead letters to it. */
export const SENDERS: typeof PUBLISHERS = [
  [
    null,
    { name: 'a rule, without a policy', service: 'events.amazonaws.com', source: RULE, isAllowed: false },
  ],
  [
    [allow('events.amazonaws.com', { ArnEquals: { 'aws:SourceArn': RULE } })],
    { name: 'the rule', service: 'events.amazonaws.com', source: RULE, isAllowed: true },
    { name: 'another rule', service: 'events.amazonaws.com', source: `${RULE}-2`, isAllowed: false },
    { name: 'a topic', service: 'sns.amazonaws.com', source: TOPIC, isAllowed: false },
  ],
  [
    [allow('sns.amazonaws.com', { ArnLike: { 'aws:SourceArn': TOPIC } }), { ...DENY_PLAIN, Condition: {} }],
    { name: 'a topic that is also denied', service: 'sns.amazonaws.com', source: TOPIC, isAllowed: false },
  ],
];
