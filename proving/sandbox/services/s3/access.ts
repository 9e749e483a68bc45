/** What S3 operations need: identity permissions by ARN, and no explicit deny in the bucket's policy. */

import { checkResourcePolicy } from '../../identity/index.ts';
import { type Authorization, type Call, type Operation, type World, operation } from '../../kernel/index.ts';
import type { Buckets } from './buckets.ts';

export interface S3Input {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
}

export interface S3Operation<I> {
  needs(input: I): readonly Authorization[];
  handle(input: I, call: Call): object;
}

/** Wraps an operation with the check of the bucket's own policy. */
export function guarded<I extends object>(
  world: World,
  buckets: Buckets,
  { needs, handle }: S3Operation<I>,
): Operation {
  return operation<I, object>({
    authorize: needs,
    handle(input, call) {
      const { Bucket = '' }: S3Input = input;
      const policy = buckets.find(Bucket)?.policy ?? null;
      for (const request of needs(input)) {
        checkResourcePolicy(world, policy, { ...request, principal: call.principal });
      }
      return handle(input, call);
    },
  });
}

export function bucketArn(bucket = ''): string {
  return `arn:aws:s3:::${bucket}`;
}

export function objectArn({ Bucket, Key = '' }: S3Input): string {
  return `${bucketArn(Bucket)}/${Key}`;
}

export function onBucket(action: string): (input: S3Input) => Authorization[] {
  return ({ Bucket }) => [{ action, resource: bucketArn(Bucket) }];
}

export function onObject(action: string): (input: S3Input) => Authorization[] {
  return (input) => [{ action, resource: objectArn(input) }];
}
