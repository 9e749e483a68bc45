/** The topics of the templates, their subscriptions and their policies, and delivery. */

import { randomUUID } from 'node:crypto';
import type { PolicyDocument } from '../../twin/iam/index.ts';
import { AwsError, type FunctionInvoker, type Sender, type Topics, type World } from '../kernel/index.ts';
import { type QueueSender, requireAllowed } from '../queues/index.ts';
import { type Notification, functionEvent, notification, queueBody } from './message.ts';

export const PROTOCOLS = ['lambda', 'sqs', 'email', 'email-json'] as const;

export interface Subscription {
  readonly topicArn: string;
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly endpoint: string;
  readonly raw: boolean;
  /** Where a message goes that could not be delivered; null for nowhere. */
  readonly deadLetterArn: string | null;
}

/** An e-mail that would have been sent. */
export interface Mail {
  readonly at: number;
  readonly topicArn: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** The port `Topics`; `from` is set where an AWS service publishes and the topic's policy must allow it. */
export interface TopicPublisher extends Topics {
  publish(topicArn: string, message: { subject: string; body: string }, from?: Sender): void;
}

export interface TopicPorts {
  readonly functions: FunctionInvoker;
  readonly queues: QueueSender;
}

const MAILS_MAX = 1_000;

export class TopicRegistry implements TopicPublisher {
  readonly #world: World;
  readonly #ports: TopicPorts;
  readonly #topics = new Set<string>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #policies = new Map<string, { document: PolicyDocument; topicArns: readonly string[] }>();
  readonly #mails: Mail[] = [];

  constructor(world: World, ports: TopicPorts) {
    this.#world = world;
    this.#ports = ports;
  }

  get mails(): readonly Mail[] {
    return this.#mails;
  }

  arn(name: string): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:sns:${region}:${accountId}:${name}`;
  }

  add(name: string): void {
    const arn = this.arn(name);
    if (this.#topics.has(arn)) {
      throw new AwsError('InvalidParameter', `A topic already exists with the same name: ${name}`);
    }
    this.#topics.add(arn);
  }

  /** A topic takes its subscriptions with it. */
  remove(topicArn: string): void {
    this.#topics.delete(topicArn);
    for (const [arn, { topicArn: of }] of this.#subscriptions) {
      if (of === topicArn) this.#subscriptions.delete(arn);
    }
  }

  subscribe(subscription: Subscription): string {
    this.#require(subscription.topicArn);
    const arn = `${subscription.topicArn}:${randomUUID()}`;
    this.#subscriptions.set(arn, subscription);
    return arn;
  }

  change(subscriptionArn: string, subscription: Subscription): void {
    this.#subscriptions.set(subscriptionArn, subscription);
  }

  unsubscribe(subscriptionArn: string): void {
    this.#subscriptions.delete(subscriptionArn);
  }

  setPolicy(id: string, document: PolicyDocument, topicArns: readonly string[]): void {
    this.#policies.set(id, { document, topicArns });
  }

  removePolicy(id: string): void {
    this.#policies.delete(id);
  }

  publish(topicArn: string, message: { subject: string; body: string }, from?: Sender): void {
    this.#require(topicArn);
    if (from !== undefined) {
      const set = [...this.#policies.values()].filter(({ topicArns }) => topicArns.includes(topicArn));
      const policies = set.length > 0 ? set.map(({ document }) => document) : [this.#defaultPolicy(topicArn)];
      requireAllowed(this.#world, policies, { sender: from, action: 'sns:Publish', resource: topicArn });
    }
    const sent = notification(this.#world, topicArn, message);
    for (const [arn, subscription] of this.#subscriptions) {
      if (subscription.topicArn === topicArn) this.#deliver(sent, arn, subscription);
    }
  }

  /** What SNS gives a topic that gets no policy: its own account may use it. */
  #defaultPolicy(topicArn: string): PolicyDocument {
    return {
      Version: '2008-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: 'sns:Publish',
        Resource: topicArn,
        Condition: { StringEquals: { 'aws:SourceOwner': this.#world.accountId } },
      },
    };
  }

  /** A delivery that fails is logged and dead-lettered; it never reaches the publisher. */
  #deliver(sent: Notification, subscriptionArn: string, subscription: Subscription): void {
    try {
      this.#handOn(sent, subscriptionArn, subscription);
    } catch (error) {
      this.#world.log('topics', 'a delivery failed', { subscription: subscriptionArn, error: String(error) });
      this.#deadLetter(sent, subscription);
    }
  }

  #handOn(sent: Notification, subscriptionArn: string, subscription: Subscription): void {
    const { protocol, endpoint, raw } = subscription;
    const from = { service: 'sns.amazonaws.com', sourceArn: sent.topicArn };
    if (protocol === 'lambda') {
      this.#ports.functions.invokeAsync(endpoint, functionEvent(sent, subscriptionArn), from);
    } else if (protocol === 'sqs') {
      this.#ports.queues.send(endpoint, queueBody(sent, raw), { from });
    } else {
      const { topicArn, subject, body } = sent;
      this.#mails.push({ at: this.#world.now(), topicArn, to: endpoint, subject, body });
      if (this.#mails.length > MAILS_MAX) this.#mails.shift();
    }
  }

  #deadLetter(sent: Notification, { deadLetterArn }: Subscription): void {
    if (deadLetterArn === null) return;
    const from = { service: 'sns.amazonaws.com', sourceArn: sent.topicArn };
    try {
      this.#ports.queues.send(deadLetterArn, queueBody(sent, false), { from });
    } catch (error) {
      this.#world.log('topics', 'a dead letter is lost', { queue: deadLetterArn, error: String(error) });
    }
  }

  #require(topicArn: string): void {
    if (!this.#topics.has(topicArn)) throw new AwsError('NotFound', 'Topic does not exist', { status: 404 });
  }
}
