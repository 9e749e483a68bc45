/** AWS::S3::Bucket and AWS::S3::BucketPolicy. */

import type { PolicyDocument } from '../../../twin/iam/index.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
  type World,
} from '../../kernel/index.ts';
import { bucketArn } from './access.ts';
import { type Bucket, type Buckets, DEFAULT_ENCRYPTION } from './buckets.ts';

const NAME_LENGTH_MAX = 63;

export function createBucketProvider(world: World, buckets: Buckets): ResourceProvider {
  function enacted({ name }: Bucket): Enacted {
    const { region, urlSuffix } = world;
    return {
      physicalId: name,
      attributes: {
        Arn: bucketArn(name),
        DomainName: `${name}.s3.${urlSuffix}`,
        RegionalDomainName: `${name}.s3.${region}.${urlSuffix}`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.${urlSuffix}`,
        WebsiteURL: `http://${name}.s3-website-${region}.${urlSuffix}`,
      },
    };
  }

  return {
    type: 'AWS::S3::Bucket',
    replaceOn: ['BucketName'],
    async create(request) {
      const name = new Properties(request, request.properties).text('BucketName');
      const bucket = buckets.create(name ?? request.generateName(NAME_LENGTH_MAX).toLowerCase());
      configure(bucket, request);
      return enacted(bucket);
    },
    async update(request) {
      const bucket = buckets.need(request.physicalId);
      configure(bucket, request);
      return enacted(bucket);
    },
    async delete({ physicalId }) {
      if (buckets.find(physicalId)) buckets.delete(physicalId);
    },
  };
}

function configure(bucket: Bucket, request: ResourceRequest): void {
  const properties = new Properties(request, request.properties);
  const rules = properties.object('BucketEncryption')?.objects('ServerSideEncryptionConfiguration') ?? [];
  const rule = rules[0]?.object('ServerSideEncryptionByDefault');
  bucket.encryption = rule
    ? { algorithm: rule.requiredText('SSEAlgorithm'), keyId: rule.text('KMSMasterKeyID') ?? null }
    : DEFAULT_ENCRYPTION;
  bucket.isVersioned = properties.object('VersioningConfiguration')?.text('Status') === 'Enabled';
}

export function createBucketPolicyProvider(buckets: Buckets): ResourceProvider {
  function put(request: ResourceRequest): Enacted {
    const properties = new Properties(request, request.properties);
    const name = properties.requiredText('Bucket');
    const document = properties.object('PolicyDocument');
    if (!document?.has('Statement')) {
      throw new AwsError('MalformedPolicy', `${request.logicalId}: PolicyDocument needs a Statement.`);
    }
    buckets.need(name).policy = properties.raw('PolicyDocument') as PolicyDocument;
    return { physicalId: name, attributes: {} };
  }

  return {
    type: 'AWS::S3::BucketPolicy',
    replaceOn: ['Bucket'],
    create: async (request) => put(request),
    update: async (request) => put(request),
    async delete({ physicalId }) {
      const bucket = buckets.find(physicalId);
      if (bucket) bucket.policy = null;
    },
  };
}
