/** Operations on buckets. */

import type * as S3 from '@aws-sdk/client-s3';
import { AwsError, type Operation, type World } from '../../kernel/index.ts';
import { bucketArn, guarded, onBucket } from './access.ts';
import type { Bucket, Buckets } from './buckets.ts';
import { listObjects } from './listing.ts';

export function bucketOperations(world: World, buckets: Buckets): Record<string, Operation> {
  const simple = (action: string, read: (bucket: Bucket) => object): Operation =>
    guarded<{ Bucket: string | undefined }>(buckets, {
      needs: onBucket(action),
      handle: ({ Bucket = '' }) => read(buckets.need(Bucket)),
    });
  return {
    ListBuckets: guarded<S3.ListBucketsCommandInput>(buckets, {
      needs: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
      handle: () => ({
        Buckets: buckets
          .all()
          .map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt) })),
        Owner: { ID: world.accountId },
      }),
    }),
    HeadBucket: guarded<S3.HeadBucketCommandInput>(buckets, {
      needs: onBucket('s3:ListBucket'),
      handle({ Bucket = '' }) {
        if (!buckets.find(Bucket)) throw new AwsError('NotFound', 'Not Found', { status: 404 });
        return { BucketRegion: world.region };
      },
    }),
    ListObjectsV2: guarded<S3.ListObjectsV2CommandInput>(buckets, {
      needs: ({ Bucket, Prefix, Delimiter, MaxKeys }) => [
        {
          action: 's3:ListBucket',
          resource: bucketArn(Bucket),
          context: {
            ...(Prefix === undefined ? {} : { 's3:prefix': Prefix }),
            ...(Delimiter === undefined ? {} : { 's3:delimiter': Delimiter }),
            ...(MaxKeys === undefined ? {} : { 's3:max-keys': String(MaxKeys) }),
          },
        },
      ],
      handle: (input) => listObjects(buckets.need(input.Bucket ?? ''), input),
    }),
    // S3 has no word for us-east-1.
    GetBucketLocation: simple('s3:GetBucketLocation', () =>
      world.region === 'us-east-1' ? {} : { LocationConstraint: world.region },
    ),
    GetBucketVersioning: simple('s3:GetBucketVersioning', ({ isVersioned }) =>
      isVersioned ? { Status: 'Enabled' } : {},
    ),
    GetBucketEncryption: simple('s3:GetEncryptionConfiguration', ({ encryption }) => ({
      ServerSideEncryptionConfiguration: {
        Rules: [
          {
            ApplyServerSideEncryptionByDefault: {
              SSEAlgorithm: encryption.algorithm,
              ...(encryption.keyId === null ? {} : { KMSMasterKeyID: encryption.keyId }),
            },
          },
        ],
      },
    })),
    GetBucketPolicy: simple('s3:GetBucketPolicy', ({ policy }) => {
      if (policy) return { Policy: JSON.stringify(policy) };
      throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', { status: 404 });
    }),
  };
}
