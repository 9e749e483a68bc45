import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledgeDeadLetters } from './acknowledgements.ts';

/** What the control plane could not handle, kept for two weeks: one queue for every function of an environment. */
export class DeadLetters extends Construct {
  readonly queue: sqs.Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new sqs.Queue(this, 'Queue', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledgeDeadLetters(this.queue);
    this.node.defaultChild = this.queue;
  }
}

/** Where an event source leaves the records it gives up. The CDK's own also allows to look the queue up and read it. */
export class SendOnlyDeadLetters implements lambda.IEventSourceDlq {
  private readonly queue: sqs.IQueue;

  constructor(queue: sqs.IQueue) {
    this.queue = queue;
  }

  bind(_source: lambda.IEventSourceMapping, target: lambda.IFunction): lambda.DlqDestinationConfig {
    const destination = this.queue.queueArn;
    iam.Grant.addToPrincipal({ grantee: target, actions: ['sqs:SendMessage'], resourceArns: [destination] });
    return { destination };
  }
}
