import type { ResourceProvider, ResourceRequest } from '../../../../proving/sandbox/kernel/index.ts';

export const ACCOUNT = '123456789012';

/** What CloudFormation hands to a provider. */
export function request(
  provider: ResourceProvider,
  logicalId: string,
  properties: Record<string, unknown>,
): ResourceRequest {
  return {
    type: provider.type,
    logicalId,
    stackName: 'Demo',
    stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/1',
    properties,
    tags: [],
    generateName: (max) => `Demo-${logicalId}-ABC123`.slice(0, max),
  };
}

export const document = (...Statement: object[]): object => ({ Version: '2012-10-17', Statement });

export const TRUST_ACCOUNT = document({
  Effect: 'Allow',
  Action: ['sts:AssumeRole', 'sts:TagSession'],
  Principal: { AWS: ACCOUNT },
});

export const TRUST_LAMBDA = document({
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal: { Service: 'lambda.amazonaws.com' },
});
