import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { NormalizedProfile } from '../../core/profile/index.ts';

export interface NotificationsProps {
  readonly notify: NormalizedProfile['notify'];
  /** The alarms that may publish: ARNs that begin so. */
  readonly alarmArnPattern: string;
}

/** AWS services that tell people something through the topic. */
const PUBLISHERS = ['cloudwatch.amazonaws.com', 'events.amazonaws.com'];

/** Where alarms tell people: the team's own topic, or one of the environment's with the key it needs. */
export class Notifications extends Construct {
  readonly topic: sns.ITopic;

  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { topicArn, email } = props.notify;
    this.topic =
      topicArn === undefined
        ? this.ownTopic(props.alarmArnPattern)
        : sns.Topic.fromTopicArn(this, 'Topic', topicArn);
    if (email !== undefined) this.topic.addSubscription(new subscriptions.EmailSubscription(email));
  }

  /** Sends what a rule matches to the topic. A topic of the team's own must let EventBridge publish to it. */
  tellOf(rule: events.Rule): void {
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': rule.ruleArn },
        },
      }),
    );
    // The CDK's own target would let every rule of every account publish.
    rule.addTarget({ bind: () => ({ arn: this.topic.topicArn }) });
  }

  /** An alarm cannot publish to a topic encrypted with AWS's own key: that key's policy is closed to CloudWatch. */
  private ownTopic(alarmArnPattern: string): sns.Topic {
    const account = Stack.of(this).account;
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts what alarms tell people.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: PUBLISHERS.map((service) => new iam.ServicePrincipal(service)),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    const topic = new sns.Topic(this, 'Topic', { masterKey: key, enforceSSL: true });
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': account },
          ArnLike: { 'aws:SourceArn': alarmArnPattern },
        },
      }),
    );
    return topic;
  }
}
