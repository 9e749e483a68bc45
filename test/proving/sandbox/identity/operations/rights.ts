/** A right as AWS checks it, and what the rows name. */

export interface NeededRight {
  /** Without the service's prefix where it is the row's own. */
  readonly action: string;
  readonly on: string;
  /** Condition keys that the request must carry; others may be there too. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  /** Condition keys that it must not carry. */
  readonly without?: readonly string[];
}

export type Row = readonly [operation: string, input: object, ...needs: readonly NeededRight[]];

export const HERE = 'us-east-1:123456789012';
export const rds = (kind: string, name: string): string => `arn:aws:rds:${HERE}:${kind}:${name}`;
export const alarm = (name: string): string => `arn:aws:cloudwatch:${HERE}:alarm:${name}`;
export const parameter = (path: string): string => `arn:aws:ssm:${HERE}:parameter${path}`;
export const TABLE = `arn:aws:dynamodb:${HERE}:table/state`;
export const FUNCTION = `arn:aws:lambda:${HERE}:function:demo`;
export const BUCKET = 'arn:aws:s3:::bucket';
export const OBJECT = `${BUCKET}/folder/key`;
export const SECRET = `arn:aws:secretsmanager:${HERE}:secret:demo/master-AbCdEf`;
export const STACK = `arn:aws:cloudformation:${HERE}:stack/Demo/*`;
export const ROLE = 'arn:aws:iam::123456789012:role/deploy';

export const item = (pk: string): object => ({ pk: { S: pk }, sk: { S: 's' } });
export const LEADING = 'dynamodb:LeadingKeys';
export const ENCLOSING = 'dynamodb:EnclosingOperation';

/** The same input and resource for each; `operation action` where the action has another name. */
export function each(operations: readonly string[], input: object, on: string): readonly Row[] {
  return operations.map((text) => {
    const [operation = '', action = operation] = text.split(' ');
    return [operation, input, { action, on }];
  });
}
