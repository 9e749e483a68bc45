/** The queues of the templates and the policies on them. */

import { randomUUID } from 'node:crypto';
import { Queue, type QueueMessage, type QueueSettings } from '../../twin/queue/index.ts';
import type { PolicyDocument } from '../../twin/iam/index.ts';
import { AwsError, type Queues, type Sender, type World } from '../kernel/index.ts';
import { requireAllowed } from './resource-policy.ts';

export interface SendOptions {
  readonly attributes?: Readonly<Record<string, string>>;
  /** Set where an AWS service sends by itself: the queue's policy must allow it. */
  readonly from?: Sender;
}

/** The port `Queues`, with what a service that delivers by itself adds. */
export interface QueueSender extends Queues {
  send(queueArn: string, body: string, options?: SendOptions): void;
}

export class QueueRegistry implements QueueSender {
  readonly #world: World;
  readonly #queues = new Map<string, Queue>();
  /** By the physical id of the policy resource. */
  readonly #policies = new Map<string, { document: PolicyDocument; queueUrls: readonly string[] }>();

  constructor(world: World) {
    this.#world = world;
  }

  names(): string[] {
    return [...this.#queues.keys()];
  }

  arn(name: string): string {
    const { partition, region, accountId } = this.#world;
    return `arn:${partition}:sqs:${region}:${accountId}:${name}`;
  }

  url(name: string): string {
    const { region, urlSuffix, accountId } = this.#world;
    return `https://sqs.${region}.${urlSuffix}/${accountId}/${name}`;
  }

  add(name: string, settings: QueueSettings): void {
    if (this.#queues.has(name)) {
      throw new AwsError('QueueAlreadyExists', `A queue already exists with the same name: ${name}`);
    }
    this.#queues.set(name, new Queue(settings));
  }

  configure(name: string, settings: QueueSettings): void {
    const queue = this.#get(name);
    this.#queues.set(name, new Queue(settings, queue.messages(this.#world.now())));
  }

  remove(name: string): void {
    this.#queues.delete(name);
  }

  setPolicy(id: string, document: PolicyDocument, queueUrls: readonly string[]): void {
    this.#policies.set(id, { document, queueUrls });
  }

  removePolicy(id: string): void {
    this.#policies.delete(id);
  }

  send(queueArn: string, body: string, options: SendOptions = {}): void {
    const name = queueArn.split(':').at(-1) ?? '';
    const queue = this.#get(name);
    if (options.from !== undefined) {
      requireAllowed(this.#world, this.#policiesOf(name), {
        sender: options.from,
        action: 'sqs:SendMessage',
        resource: this.arn(name),
      });
    }
    if (Buffer.byteLength(body) > queue.settings.messageBytesMax) {
      throw new AwsError(
        'InvalidParameterValue',
        `One or more parameters are invalid. Reason: Message must be shorter than ${queue.settings.messageBytesMax} bytes.`,
      );
    }
    const attributes = options.attributes ?? {};
    queue.send({ id: randomUUID(), sentAt: this.#world.now(), body, attributes });
  }

  messages(nameOrArn: string): readonly QueueMessage[] {
    return this.#get(nameOrArn.split(':').at(-1) ?? '').messages(this.#world.now());
  }

  visible(name: string): number {
    return this.#get(name).visible(this.#world.now());
  }

  #policiesOf(name: string): PolicyDocument[] {
    const url = this.url(name);
    return [...this.#policies.values()]
      .filter(({ queueUrls }) => queueUrls.includes(url))
      .map(({ document }) => document);
  }

  #get(name: string): Queue {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      throw new AwsError(
        'AWS.SimpleQueueService.NonExistentQueue',
        `The specified queue does not exist: ${name}`,
      );
    }
    return queue;
  }
}
