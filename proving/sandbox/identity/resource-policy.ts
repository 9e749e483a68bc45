/** Policies that stand on a bucket or a secret: within one account they can only take rights away. */

import { type PolicyDocument, judgeForCaller } from '../../twin/iam/index.ts';
import { type Authorization, AwsError, type Principal, type World } from '../kernel/index.ts';

/** @throws AwsError `AccessDenied` (403) where the policy denies the caller explicitly. The operator is never denied. */
export function checkResourcePolicy(
  world: World,
  policy: PolicyDocument | null,
  { principal, ...request }: Authorization & { readonly principal: Principal },
): void {
  if (policy === null || principal.kind === 'user') return;
  const caller = {
    accountId: world.accountId,
    arn: principal.arn,
    roleArn: `arn:${world.partition}:iam::${world.accountId}:role/${principal.roleName}`,
    service: null,
  };
  const context = {
    'aws:SecureTransport': 'true',
    'aws:PrincipalArn': caller.roleArn,
    'aws:PrincipalAccount': world.accountId,
    ...request.context,
  };
  const { action, resource } = request;
  if (judgeForCaller(policy, caller, { action, resource, context }) !== 'explicitly-denied') return;
  throw new AwsError(
    'AccessDenied',
    `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in a resource-based policy`,
    { status: 403 },
  );
}
