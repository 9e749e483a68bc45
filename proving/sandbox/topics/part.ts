/** SNS in the sandbox: topics that deliver to functions and queues, and a log of the e-mails they would send. */

import type { Part, World } from '../kernel/index.ts';
import { subscriptionProvider, topicPolicyProvider, topicProvider } from './providers.ts';
import { type Mail, type TopicPorts, type TopicPublisher, TopicRegistry } from './registry.ts';

export interface TopicsPart extends Part, TopicPublisher {
  /** The e-mails that would have been sent, oldest first. Nothing is ever sent. */
  readonly mails: readonly Mail[];
}

export function createTopics(world: World, deps: TopicPorts): TopicsPart {
  const topics = new TopicRegistry(world, deps);
  return {
    providers: [topicProvider(topics), subscriptionProvider(topics), topicPolicyProvider(topics)],
    publish: (topicArn, message, from) => topics.publish(topicArn, message, from),
    get mails() {
      return topics.mails;
    },
  };
}
