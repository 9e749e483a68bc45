/** What S3 operations need: permissions by ARN, from the caller's own policies and the bucket's. */

import { type Authorization, type Call, type Operation, operation } from '../../kernel/index.ts';
import type { Buckets } from './buckets.ts';

export interface S3Input {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
}

export interface S3Operation<I> {
  needs(input: I): readonly Authorization[];
  handle(input: I, call: Call): object;
}

/** Adds the bucket's own policy to what an operation needs. */
export function guarded<I extends object>(buckets: Buckets, { needs, handle }: S3Operation<I>): Operation {
  return operation<I, object>({
    authorize(input) {
      const { Bucket = '' }: S3Input = input;
      const resourcePolicy = buckets.find(Bucket)?.policy ?? null;
      return needs(input).map((request) => ({ ...request, resourcePolicy }));
    },
    handle,
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
