import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from '../../shared/acknowledgements.ts';
import { BUNDLE_EXTENSION } from './code.ts';

/**
 * Allows tasks to fetch bundles. Those of earlier versions too: one of their tasks that dies in a deployment, or
 * after it was rolled back, starts again from its own bundle.
 * @returns the policy, which stands in the scope's stack: the role may be of one that is deployed before
 */
export function allowBundle(
  scope: Construct,
  { role, bundle }: { readonly role: iam.IRole; readonly bundle: Asset },
): iam.Policy {
  const bundles = bundle.bucket.arnForObjects(`*${BUNDLE_EXTENSION}`);
  const policy = new iam.Policy(scope, 'ReadBundle', {
    roles: [role],
    statements: [new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bundles] })],
  });
  acknowledgeWildcards(
    policy,
    [asReported(Stack.of(scope).resolve(bundles))],
    'The bundles of earlier versions are read when their tasks start again. Only files of code have this ending.',
  );
  return policy;
}

/** As cdk-nag writes a resource whose parts are only known at deployment. */
function asReported(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const { Ref, 'Fn::Sub': sub, 'Fn::Join': join } = resolved as Readonly<Record<string, unknown>>;
  if (typeof Ref === 'string') return `<${Ref}>`;
  if (typeof sub === 'string') return sub.replaceAll(/\$\{([^}]+)\}/g, '<$1>');
  const [separator, parts] = join as readonly [string, readonly unknown[]];
  return parts.map(asReported).join(separator);
}
