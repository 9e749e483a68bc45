import { Arn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from '../../shared/acknowledgements.ts';

/** `<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>`. */
const PRIVATE_IMAGE = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)/;

/**
 * Allows a role to pull an image of a private registry of ECR, and nothing beside its repository. Images of public
 * registries need no right.
 * @returns the policy, which must be there before a task starts; null where none is needed
 */
export function allowPull(scope: Construct, role: iam.IRole, image: string): iam.Policy | null {
  const [, account, region, resourceName] = PRIVATE_IMAGE.exec(image) ?? [];
  if (account === undefined || region === undefined || resourceName === undefined) return null;
  const repository = { service: 'ecr', resource: 'repository', account, region, resourceName };
  const policy = new iam.Policy(scope, 'Pull', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [Arn.format(repository, Stack.of(scope))],
      }),
      new iam.PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }),
    ],
  });
  acknowledgeWildcards(
    policy,
    ['*'],
    'ecr:GetAuthorizationToken has no resource level; pulling is limited to one repository.',
  );
  return policy;
}
