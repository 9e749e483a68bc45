/**
 * Whether a function's resource policy lets an AWS service invoke it: what `AWS::Lambda::Permission` grants.
 * SourceArn is compared as ArnLike: segment by segment, `*` and `?` as wildcards.
 */

export interface InvokePermission {
  readonly action: string;
  readonly principal: string;
  readonly sourceArn: string | null;
  readonly sourceAccount: string | null;
}

export interface ServiceCaller {
  readonly service: string;
  readonly sourceArn: string | null;
  readonly sourceAccount: string;
}

export function mayInvoke(permissions: readonly InvokePermission[], caller: ServiceCaller): boolean {
  return permissions.some(
    (permission) =>
      allowsInvoke(permission.action) &&
      (permission.principal === '*' || permission.principal === caller.service) &&
      (permission.sourceAccount === null || permission.sourceAccount === caller.sourceAccount) &&
      (permission.sourceArn === null ||
        (caller.sourceArn !== null && arnLike(permission.sourceArn, caller.sourceArn))),
  );
}

function allowsInvoke(action: string): boolean {
  return action === 'lambda:InvokeFunction' || action === 'lambda:*';
}

const ARN_SEGMENTS = 6;

export function arnLike(pattern: string, arn: string): boolean {
  const patterns = segments(pattern);
  const parts = segments(arn);
  return (
    patterns.length === parts.length &&
    patterns.every((part, index) => wildcard(part).test(parts[index] ?? ''))
  );
}

function segments(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, ARN_SEGMENTS - 1), parts.slice(ARN_SEGMENTS - 1).join(':')];
}

function wildcard(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
