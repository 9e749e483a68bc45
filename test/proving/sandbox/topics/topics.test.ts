import { beforeEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../../proving/sandbox/kernel/index.ts';
import { type QueuesPart, createQueues } from '../../../../proving/sandbox/queues/index.ts';
import { type TopicsPart, createTopics } from '../../../../proving/sandbox/topics/index.ts';
import {
  change,
  create,
  policy,
  providerOf,
  recordedFunctions,
  recordedMetrics,
  resource,
} from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alerts';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:inbox';
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/inbox';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const MESSAGE = { subject: 'reader down', body: '{"reader":"b"}' };

let functions: ReturnType<typeof recordedFunctions>;
let queues: QueuesPart;
let topics: TopicsPart;

beforeEach(async () => {
  const world = testWorld();
  functions = recordedFunctions();
  queues = createQueues(world, { metrics: recordedMetrics() });
  topics = createTopics(world, { functions, queues });
  await create(queues, 'AWS::SQS::Queue', { QueueName: 'inbox' });
  await create(topics, 'AWS::SNS::Topic', { TopicName: 'alerts', KmsMasterKeyId: 'key' });
});

const subscribe = (Protocol: string, Endpoint: string, more: Record<string, unknown> = {}) =>
  create(topics, 'AWS::SNS::Subscription', { TopicArn: TOPIC, Protocol, Endpoint, ...more });

const allowSns = () =>
  create(queues, 'AWS::SQS::QueuePolicy', {
    Queues: [QUEUE_URL],
    PolicyDocument: policy({
      Effect: 'Allow',
      Principal: { Service: 'sns.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: QUEUE,
      Condition: { ArnEquals: { 'aws:SourceArn': TOPIC } },
    }),
  });

describe('a topic', () => {
  it('has its ARN as Ref', async () => {
    expect(await create(topics, 'AWS::SNS::Topic', {}, 'More')).toEqual({
      physicalId: 'arn:aws:sns:us-east-1:123456789012:Demo-More-ABC123',
      attributes: {
        TopicArn: 'arn:aws:sns:us-east-1:123456789012:Demo-More-ABC123',
        TopicName: 'Demo-More-ABC123',
      },
    });
  });

  it('delivers to functions as SNS, in the form functions know', async () => {
    const { physicalId } = await subscribe('lambda', FUNCTION);
    topics.publish(TOPIC, MESSAGE);
    expect(functions.calls).toHaveLength(1);
    expect(functions.calls[0]).toMatchObject({
      functionArn: FUNCTION,
      source: { service: 'sns.amazonaws.com', sourceArn: TOPIC },
      payload: {
        Records: [
          {
            EventSource: 'aws:sns',
            EventSubscriptionArn: physicalId,
            Sns: { TopicArn: TOPIC, Subject: 'reader down', Message: '{"reader":"b"}' },
          },
        ],
      },
    });
  });

  it('delivers to queues whose policy allows it, wrapped or raw', async () => {
    await subscribe('sqs', QUEUE);
    topics.publish(TOPIC, MESSAGE);
    expect(queues.messages('inbox')).toEqual([]);
    await allowSns();
    await subscribe('sqs', QUEUE, { RawMessageDelivery: true });
    topics.publish(TOPIC, MESSAGE);
    const [wrapped, raw] = queues.messages('inbox').map(({ body }) => body);
    expect(JSON.parse(wrapped!)).toMatchObject({ Type: 'Notification', Message: MESSAGE.body });
    expect(raw).toBe(MESSAGE.body);
  });

  it('keeps what it would mail, and sends nothing', async () => {
    await subscribe('email', 'ops@example.com');
    topics.publish(TOPIC, MESSAGE);
    expect(topics.mails).toMatchObject([{ to: 'ops@example.com', topicArn: TOPIC, ...MESSAGE }]);
  });

  it('dead-letters what it cannot deliver, and delivers the rest', async () => {
    await allowSns();
    await subscribe('lambda', FUNCTION, { RedrivePolicy: { deadLetterTargetArn: QUEUE } });
    await subscribe('email', 'ops@example.com');
    functions.failures = [new AwsError('AccessDeniedException', 'no permission')];
    topics.publish(TOPIC, MESSAGE);
    expect(topics.mails).toHaveLength(1);
    expect(JSON.parse(queues.messages('inbox')[0]!.body)).toMatchObject({ Message: MESSAGE.body });
  });

  it('is published to by a service only where its policy allows it', async () => {
    const from = {
      service: 'events.amazonaws.com',
      sourceArn: 'arn:aws:events:us-east-1:123456789012:rule/r',
    };
    expect(() => topics.publish(TOPIC, MESSAGE, from)).toThrow(/not authorized to perform: sns:Publish/);
    await create(topics, 'AWS::SNS::TopicPolicy', {
      Topics: [TOPIC],
      PolicyDocument: policy({
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: TOPIC,
      }),
    });
    topics.publish(TOPIC, MESSAGE, from);
    expect(() => topics.publish('arn:aws:sns:us-east-1:123456789012:gone', MESSAGE)).toThrow(
      /does not exist/,
    );
  });

  it('replaces the subscriptions written inside it, and takes all of its own with it', async () => {
    const request = resource('AWS::SNS::Topic', {
      TopicName: 'inline',
      Subscription: [{ Protocol: 'email', Endpoint: 'old@example.com' }],
    });
    const provider = providerOf(topics, 'AWS::SNS::Topic');
    const { physicalId } = await provider.create(request);
    await provider.update(
      change(request, physicalId, {
        TopicName: 'inline',
        Subscription: [{ Protocol: 'email', Endpoint: 'new@example.com' }],
      }),
    );
    topics.publish(physicalId, MESSAGE);
    expect(topics.mails.map(({ to }) => to)).toEqual(['new@example.com']);
    await provider.delete({ ...request, physicalId });
    expect(() => topics.publish(physicalId, MESSAGE)).toThrow(/does not exist/);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [
      { TopicArn: TOPIC, Protocol: 'sms', Endpoint: '+1' },
      /Protocol = "sms": must be one of lambda, sqs, email/,
    ],
    [{ TopicArn: TOPIC, Protocol: 'email' }, /Endpoint = nothing: is required/],
    [
      { TopicArn: TOPIC, Protocol: 'email', Endpoint: 'x', FilterPolicy: {} },
      /filter policies are not enacted/,
    ],
    [{ TopicArn: `${TOPIC}2`, Protocol: 'email', Endpoint: 'x' }, /Topic does not exist/],
  ])('refuses the subscription %j', async (properties, message) => {
    await expect(create(topics, 'AWS::SNS::Subscription', properties)).rejects.toThrow(message);
  });
});
