/** S3 in the measure that assets and template URLs need. */

import * as S3 from '@aws-sdk/client-s3';
import type { ObjectSink, ObjectStore, Part, World } from '../../kernel/index.ts';
import { bucketOperations } from './bucket-operations.ts';
import { Buckets } from './buckets.ts';
import { multipartOperations } from './multipart.ts';
import { objectOperations } from './object-operations.ts';
import { createBucketPolicyProvider, createBucketProvider } from './providers.ts';

export type S3Part = Part & ObjectStore & ObjectSink;

export function createS3(world: World): S3Part {
  const buckets = new Buckets(world);
  const credentials = { accessKeyId: '-', secretAccessKey: '-' };
  return {
    services: [
      {
        signingName: 's3',
        sdk: S3,
        client: new S3.S3Client({ region: world.region, credentials }),
        operations: {
          ...bucketOperations(world, buckets),
          ...objectOperations(buckets),
          ...multipartOperations(buckets),
        },
      },
    ],
    providers: [createBucketProvider(world, buckets), createBucketPolicyProvider(buckets)],
    get: (bucket, key) => buckets.find(bucket)?.objects.get(key)?.body,
    exists: (bucket) => buckets.find(bucket) !== undefined,
    put: (bucket, key, body) => void buckets.put(buckets.need(bucket), { key, body }),
  };
}
