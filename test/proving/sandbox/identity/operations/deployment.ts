import { ROLE, STACK, type Row, each } from './rights.ts';

const ON_A_STACK = [
  'DescribeStacks',
  'DescribeStackEvents',
  'DescribeStackResources',
  'DescribeStackResource',
  'ListStackResources',
  'GetTemplate',
  'GetTemplateSummary',
  'DescribeChangeSet',
  'ListChangeSets',
  'DescribeEvents',
  'CreateChangeSet',
  'ExecuteChangeSet',
  'DeleteChangeSet',
  'CreateStack',
  'UpdateStack',
  'DeleteStack',
  'UpdateTerminationProtection',
  'RollbackStack',
  'ContinueUpdateRollback',
];

export const CLOUDFORMATION: readonly Row[] = [
  ...each(ON_A_STACK, { StackName: 'Demo', ChangeSetName: 'c', LogicalResourceId: 'L' }, STACK),
  ...each(
    ['DescribeStacks', 'ListStacks', 'ListExports', 'ListImports', 'ListHookResults', 'ValidateTemplate'],
    {},
    '*',
  ),
  // Giving CloudFormation a role is a right of its own.
  [
    'CreateStack',
    { StackName: 'Demo', RoleARN: ROLE },
    { action: 'CreateStack', on: STACK },
    { action: 'iam:PassRole', on: ROLE, keys: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
  ],
];

export const STS: readonly Row[] = [
  ['GetCallerIdentity', {}],
  [
    'AssumeRole',
    { RoleArn: ROLE, RoleSessionName: 'cdk', ExternalId: 'agreed' },
    { action: 'AssumeRole', on: ROLE, keys: { 'sts:ExternalId': 'agreed', 'sts:RoleSessionName': 'cdk' } },
  ],
];
