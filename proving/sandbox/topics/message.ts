/** The forms in which SNS hands a message on. */

import { randomUUID } from 'node:crypto';
import type { World } from '../kernel/index.ts';

export interface Notification {
  readonly id: string;
  readonly topicArn: string;
  readonly subject: string;
  readonly body: string;
  /** ISO time. */
  readonly timestamp: string;
}

export function notification(
  world: World,
  topicArn: string,
  message: { readonly subject: string; readonly body: string },
): Notification {
  return { id: randomUUID(), topicArn, ...message, timestamp: new Date(world.now()).toISOString() };
}

/** The event a function gets. The sandbox signs nothing, so the signature is empty. */
export function functionEvent(sent: Notification, subscriptionArn: string): unknown {
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscriptionArn,
        Sns: { ...envelope(sent), MessageAttributes: {} },
      },
    ],
  };
}

/** The body of a queue's message. */
export function queueBody(sent: Notification, raw: boolean): string {
  return raw ? sent.body : JSON.stringify(envelope(sent));
}

function envelope(sent: Notification): Record<string, unknown> {
  return {
    Type: 'Notification',
    MessageId: sent.id,
    TopicArn: sent.topicArn,
    Subject: sent.subject,
    Message: sent.body,
    Timestamp: sent.timestamp,
    SignatureVersion: '1',
    Signature: '',
    SigningCertUrl: '',
    UnsubscribeUrl: '',
  };
}
