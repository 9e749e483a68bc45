import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Everything that any role of the kit may ever do. A role gets what its own policy says and this list holds;
 * nothing here creates, deletes or restores, passes a role, or changes code or permissions (SEC-04).
 */
export const RUNTIME_ACTIONS: readonly string[] = [
  'arc-zonal-shift:CancelZonalShift',
  'arc-zonal-shift:GetManagedResource',
  'arc-zonal-shift:StartZonalShift',
  'cloudwatch:DescribeAlarms',
  'dynamodb:DescribeStream',
  'dynamodb:GetItem',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:UpdateItem',
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
  'elasticache:Connect',
  'elasticache:DescribeCacheClusters',
  'elasticache:DescribeReplicationGroups',
  'elasticache:RebootCacheCluster',
  'elasticloadbalancing:DeregisterTargets',
  'elasticloadbalancing:DescribeTargetHealth',
  'elasticloadbalancing:RegisterTargets',
  'lambda:InvokeFunction',
  'logs:CreateLogStream',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  'rds-data:BeginTransaction',
  'rds-data:CommitTransaction',
  'rds-data:ExecuteStatement',
  'rds-data:RollbackTransaction',
  'rds-db:connect',
  'rds:DescribeDBClusterEndpoints',
  'rds:DescribeDBClusters',
  'rds:DescribeDBInstances',
  'rds:FailoverDBCluster',
  'rds:ModifyDBClusterEndpoint',
  'route53:ChangeResourceRecordSets',
  'route53:ListResourceRecordSets',
  's3:GetObject',
  'secretsmanager:GetSecretValue',
  'servicediscovery:DiscoverInstances',
  'sqs:SendMessage',
  'ssm:GetParametersByPath',
];

const ID = 'PermissionBoundary';

/** The boundary of the stack's roles: one a stack, so that no stack needs another one for it. */
export function permissionBoundary(scope: Construct): iam.IManagedPolicy {
  const stack = Stack.of(scope);
  const made = stack.node.tryFindChild(ID);
  if (made !== undefined) return made as iam.ManagedPolicy;
  const boundary = new iam.ManagedPolicy(stack, ID, {
    description: 'The most that a role of Understudy may do at run time. It grants nothing by itself.',
    statements: [new iam.PolicyStatement({ actions: [...RUNTIME_ACTIONS], resources: ['*'] })],
  });
  Validations.of(boundary).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'A boundary grants nothing: the resources are narrowed by the policy of each role, and a role may only do ' +
      'what both say. Naming resources here again would tie every stack to every other.',
  });
  return boundary;
}
