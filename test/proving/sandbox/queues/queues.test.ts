import { describe, expect, it } from 'vitest';
import { createQueues } from '../../../../proving/sandbox/queues/index.ts';
import { change, create, policy, providerOf, recordedMetrics, resource } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';

const TYPE = 'AWS::SQS::Queue';
const ARN = 'arn:aws:sqs:us-east-1:123456789012:dead';
const URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/dead';
const RULE = 'arn:aws:events:us-east-1:123456789012:rule/r';
const FROM_RULE = { service: 'events.amazonaws.com', sourceArn: RULE };

function queues(world = testWorld()) {
  const metrics = recordedMetrics();
  return { part: createQueues(world, { metrics }), metrics };
}

describe(TYPE, () => {
  it('has the URL as its Ref, and keeps what it is sent', async () => {
    const { part } = queues();
    expect(await create(part, TYPE, { QueueName: 'dead', RedrivePolicy: {} })).toEqual({
      physicalId: URL,
      attributes: { Arn: ARN, QueueName: 'dead', QueueUrl: URL },
    });
    part.send(ARN, 'one', { attributes: { ERROR_CODE: 'x' } });
    part.send(ARN, 'two');
    expect(part.messages('dead').map(({ body }) => body)).toEqual(['one', 'two']);
    expect(part.messages(ARN)[0]?.attributes).toEqual({ ERROR_CODE: 'x' });
    expect(part.depths()).toEqual({ dead: 2 });
  });

  it('keeps its messages when its settings change, and loses them with the queue', async () => {
    const { part } = queues();
    const provider = providerOf(part, TYPE);
    const request = resource(TYPE, { QueueName: 'dead' });
    await provider.create(request);
    part.send(ARN, 'one');
    await provider.update(change(request, URL, { QueueName: 'dead', MessageRetentionPeriod: '1209600' }));
    expect(part.messages('dead')).toHaveLength(1);
    await provider.delete({ ...request, physicalId: URL });
    expect(() => part.send(ARN, 'two')).toThrow(/does not exist: dead/);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ FifoQueue: true }, /FIFO queues are not enacted/],
    [{ QueueName: 'no dots.' }, /1 to 80 letters/],
    [{ MessageRetentionPeriod: 1 }, /MessageRetentionPeriod = 1: must be a whole number from 60 to 1209600/],
    [{ Colour: 'red' }, /knows no such property/],
  ])('refuses %j', async (properties, message) => {
    await expect(create(queues().part, TYPE, properties)).rejects.toThrow(message);
  });

  it('refuses a message above its size', async () => {
    const { part } = queues();
    await create(part, TYPE, { QueueName: 'dead', MaximumMessageSize: 1024 });
    expect(() => part.send(ARN, 'x'.repeat(1025))).toThrow(/must be shorter than 1024 bytes/);
  });

  it('publishes the number of visible messages once a managed minute', async () => {
    const { part, metrics } = queues(testWorld({ managed: (ms) => ms / 6000 }));
    await create(part, TYPE, { QueueName: 'dead' });
    part.send(ARN, 'one');
    await part.start?.();
    await expect.poll(() => metrics.data.length).toBeGreaterThanOrEqual(2);
    await part.stop?.();
    expect(metrics.data[0]).toMatchObject({
      namespace: 'AWS/SQS',
      name: 'ApproximateNumberOfMessagesVisible',
      dimensions: { QueueName: 'dead' },
      value: 1,
      resolutionS: 60,
    });
  });
});

describe('AWS::SQS::QueuePolicy', () => {
  it('decides which service may send, and for which source', async () => {
    const { part } = queues();
    await create(part, TYPE, { QueueName: 'dead' });
    expect(() => part.send(ARN, 'early', { from: FROM_RULE })).toThrow(
      /events.amazonaws.com .* not authorized to perform: sqs:SendMessage/,
    );
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: ARN,
      Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
    };
    const request = resource('AWS::SQS::QueuePolicy', { PolicyDocument: policy(statement), Queues: [URL] });
    const provider = providerOf(part, 'AWS::SQS::QueuePolicy');
    const { physicalId } = await provider.create(request);
    part.send(ARN, 'allowed', { from: FROM_RULE });
    expect(() => part.send(ARN, 'x', { from: { ...FROM_RULE, sourceArn: `${RULE}2` } })).toThrow(
      /not authorized/,
    );
    await provider.delete({ ...request, physicalId });
    expect(() => part.send(ARN, 'late', { from: FROM_RULE })).toThrow(/not authorized/);
    expect(part.messages('dead').map(({ body }) => body)).toEqual(['allowed']);
  });
});
