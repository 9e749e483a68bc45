/** AWS::SQS::Queue and AWS::SQS::QueuePolicy. */

import { DEFAULT_QUEUE_SETTINGS, type QueueSettings } from '../../twin/queue/index.ts';
import type { PolicyDocument } from '../../twin/iam/index.ts';
import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../kernel/index.ts';
import type { QueueRegistry } from './registry.ts';

const ENACTED = ['QueueName', 'MessageRetentionPeriod', 'DelaySeconds', 'MaximumMessageSize'];
/** Taken as given: encryption, and what concerns consumers, which no queue has here. */
const INERT = [
  'KmsDataKeyReusePeriodSeconds',
  'KmsMasterKeyId',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'SqsManagedSseEnabled',
  'Tags',
  'VisibilityTimeout',
];
const NO_FIFO = 'FIFO queues are not enacted by the sandbox; use a standard queue';
const REFUSED = {
  FifoQueue: NO_FIFO,
  ContentBasedDeduplication: NO_FIFO,
  DeduplicationScope: NO_FIFO,
  FifoThroughputLimit: NO_FIFO,
};
const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;

export function queueProvider(queues: QueueRegistry): ResourceProvider {
  return {
    type: 'AWS::SQS::Queue',
    replaceOn: ['QueueName', 'FifoQueue'],
    async create(request) {
      const properties = checked(request);
      const name = properties.text('QueueName') ?? request.generateName(80);
      if (!QUEUE_NAME.test(name)) {
        throw properties.fault('QueueName', 'must be 1 to 80 letters, digits, hyphens and underscores');
      }
      queues.add(name, settingsOf(properties));
      return enacted(queues, name);
    },
    async update(request) {
      const name = nameOf(request.physicalId);
      queues.configure(name, settingsOf(checked(request)));
      return enacted(queues, name);
    },
    async delete(request) {
      queues.remove(nameOf(request.physicalId));
    },
  };
}

function nameOf(queueUrl: string): string {
  return queueUrl.split('/').at(-1) ?? queueUrl;
}

function enacted(queues: QueueRegistry, name: string): Enacted {
  const url = queues.url(name);
  return { physicalId: url, attributes: { Arn: queues.arn(name), QueueName: name, QueueUrl: url } };
}

function checked(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([...ENACTED, ...INERT], REFUSED);
  return properties;
}

function settingsOf(properties: Properties): QueueSettings {
  const { retentionS, delayS, messageBytesMax } = DEFAULT_QUEUE_SETTINGS;
  return {
    retentionS: properties.integer('MessageRetentionPeriod', { min: 60, max: 1_209_600 }) ?? retentionS,
    delayS: properties.integer('DelaySeconds', { min: 0, max: 900 }) ?? delayS,
    messageBytesMax:
      properties.integer('MaximumMessageSize', { min: 1_024, max: 1_048_576 }) ?? messageBytesMax,
  };
}

export function queuePolicyProvider(queues: QueueRegistry): ResourceProvider {
  const apply = (request: ResourceRequest, id: string): Enacted => {
    const properties = new Properties(request, request.properties);
    properties.only(['PolicyDocument', 'Queues']);
    queues.setPolicy(id, policyDocument(properties), properties.list('Queues').map(String));
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    type: 'AWS::SQS::QueuePolicy',
    replaceOn: [],
    create: async (request) => apply(request, request.generateName(128)),
    update: async (request) => apply(request, request.physicalId),
    async delete(request) {
      queues.removePolicy(request.physicalId);
    },
  };
}

/** Throws AwsError `ValidationException` for a policy without statements. */
export function policyDocument(properties: Properties): PolicyDocument {
  const document = properties.object('PolicyDocument');
  if (!document?.has('Statement'))
    throw properties.fault('PolicyDocument', 'must be a policy with a Statement');
  return properties.raw('PolicyDocument') as PolicyDocument;
}
