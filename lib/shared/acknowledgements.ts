import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of cdk-nag that more than one construct accepts, each with its reason. */

/** Accepts that a policy of its own names these resources although they hold a wildcard. */
export function acknowledgeWildcards(policy: IConstruct, resources: readonly string[], reason: string): void {
  for (const resource of resources) {
    Validations.of(policy).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${asReported(policy, resource)}]`,
      reason,
    });
  }
}

/** cdk-nag writes what is only known at deployment as `<AWS::AccountId>`. */
function asReported(scope: IConstruct, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  return resource
    .replaceAll(partition, Token.isUnresolved(partition) ? '<AWS::Partition>' : partition)
    .replaceAll(region, Token.isUnresolved(region) ? '<AWS::Region>' : region)
    .replaceAll(account, Token.isUnresolved(account) ? '<AWS::AccountId>' : account);
}

/** For a function that reads the state table's stream. */
export function acknowledgeStreamList(scope: IConstruct): void {
  Validations.of(scope).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'dynamodb:ListStreams has no resource level and only lists names; reading is limited to one stream.',
  });
}

export function acknowledgeDeadLetters(queue: IConstruct): void {
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'This is the dead-letter queue itself. The functions that use it stand in other stacks.',
  });
}
