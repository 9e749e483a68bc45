/** Policies that stand on a queue or a topic, asked when an AWS service delivers to it. */

import { type PolicyDocument, judgeForCaller } from '../../twin/iam/index.ts';
import { AwsError, type Sender, type World } from '../kernel/index.ts';

/** Throws AwsError `AccessDenied` (403) unless one of the policies allows the sender and none denies it. */
export function requireAllowed(
  world: World,
  policies: readonly PolicyDocument[],
  wanted: { readonly sender: Sender; readonly action: string; readonly resource: string },
): void {
  const { sender, action, resource } = wanted;
  const caller = { accountId: world.accountId, arn: null, roleArn: null, service: sender.service };
  const sourceAccount = sender.sourceArn.split(':')[4] || world.accountId;
  const context = {
    'aws:SourceArn': sender.sourceArn,
    'aws:SourceAccount': sourceAccount,
    // The older key of the policy that SNS gives a topic by itself: alarms may use such a topic, rules may not.
    ...(sender.service === 'cloudwatch.amazonaws.com' ? { 'aws:SourceOwner': sourceAccount } : {}),
    'aws:SecureTransport': 'true',
    'aws:PrincipalIsAWSService': 'true',
  };
  const outcomes = policies.map((policy) => judgeForCaller(policy, caller, { action, resource, context }));
  if (outcomes.includes('allowed') && !outcomes.includes('explicitly-denied')) return;
  throw new AwsError(
    'AccessDenied',
    `${sender.service} for ${sender.sourceArn} is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows it`,
    { status: 403 },
  );
}
