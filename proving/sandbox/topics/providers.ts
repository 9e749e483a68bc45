/** AWS::SNS::Topic, AWS::SNS::Subscription and AWS::SNS::TopicPolicy. */

import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../kernel/index.ts';
import { policyDocument } from '../queues/index.ts';
import { PROTOCOLS, type Subscription, type TopicRegistry } from './registry.ts';

const TOPIC_ENACTED = ['TopicName', 'Subscription'];
/** Taken as given, without effect on delivery here. */
const TOPIC_INERT = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'Tags', 'TracingConfig'];
const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;

export function topicProvider(topics: TopicRegistry): ResourceProvider {
  /** The subscriptions written inside each topic. */
  const inline = new Map<string, string[]>();
  const subscribeInline = (topicArn: string, properties: Properties): void => {
    for (const arn of inline.get(topicArn) ?? []) topics.unsubscribe(arn);
    const wanted = properties.objects('Subscription').map((each) => subscriptionOf(each, topicArn));
    inline.set(
      topicArn,
      wanted.map((subscription) => topics.subscribe(subscription)),
    );
  };
  const enacted = (topicArn: string): Enacted => ({
    physicalId: topicArn,
    attributes: { TopicArn: topicArn, TopicName: topicArn.split(':').at(-1) },
  });
  return {
    type: 'AWS::SNS::Topic',
    replaceOn: ['TopicName', 'FifoTopic'],
    async create(request) {
      const properties = checkedTopic(request);
      const name = properties.text('TopicName') ?? request.generateName(256);
      if (!TOPIC_NAME.test(name)) {
        throw properties.fault('TopicName', 'must be 1 to 256 letters, digits, hyphens and underscores');
      }
      topics.add(name);
      subscribeInline(topics.arn(name), properties);
      return enacted(topics.arn(name));
    },
    async update(request) {
      subscribeInline(request.physicalId, checkedTopic(request));
      return enacted(request.physicalId);
    },
    async delete(request) {
      inline.delete(request.physicalId);
      topics.remove(request.physicalId);
    },
  };
}

function checkedTopic(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([...TOPIC_ENACTED, ...TOPIC_INERT], {
    FifoTopic: 'FIFO topics are not enacted by the sandbox; use a standard topic',
  });
  return properties;
}

export function subscriptionProvider(topics: TopicRegistry): ResourceProvider {
  return {
    type: 'AWS::SNS::Subscription',
    replaceOn: ['TopicArn', 'Protocol', 'Endpoint'],
    async create(request) {
      return { physicalId: topics.subscribe(ownSubscription(request)), attributes: {} };
    },
    async update(request) {
      topics.change(request.physicalId, ownSubscription(request));
      return { physicalId: request.physicalId, attributes: {} };
    },
    async delete(request) {
      topics.unsubscribe(request.physicalId);
    },
  };
}

function ownSubscription(request: ResourceRequest): Subscription {
  const properties = new Properties(request, request.properties);
  const noFilter = 'filter policies are not enacted by the sandbox; filter in the subscriber';
  properties.only(
    ['TopicArn', 'Protocol', 'Endpoint', 'RawMessageDelivery', 'RedrivePolicy', 'Region', 'DeliveryPolicy'],
    { FilterPolicy: noFilter, FilterPolicyScope: noFilter },
  );
  return subscriptionOf(properties, properties.requiredText('TopicArn'));
}

function subscriptionOf(properties: Properties, topicArn: string): Subscription {
  const protocol = properties.oneOf('Protocol', PROTOCOLS);
  if (protocol === undefined) throw properties.fault('Protocol', 'is required');
  return {
    topicArn,
    protocol,
    endpoint: properties.requiredText('Endpoint'),
    raw: properties.boolean('RawMessageDelivery') ?? false,
    deadLetterArn: properties.object('RedrivePolicy')?.text('deadLetterTargetArn') ?? null,
  };
}

export function topicPolicyProvider(topics: TopicRegistry): ResourceProvider {
  const apply = (request: ResourceRequest, id: string): Enacted => {
    const properties = new Properties(request, request.properties);
    properties.only(['PolicyDocument', 'Topics']);
    topics.setPolicy(id, policyDocument(properties), properties.list('Topics').map(String));
    return { physicalId: id, attributes: { Id: id } };
  };
  return {
    type: 'AWS::SNS::TopicPolicy',
    replaceOn: [],
    create: async (request) => apply(request, request.generateName(128)),
    update: async (request) => apply(request, request.physicalId),
    async delete(request) {
      topics.removePolicy(request.physicalId);
    },
  };
}
