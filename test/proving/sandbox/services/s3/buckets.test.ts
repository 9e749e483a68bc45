/** Buckets as templates make them, and who may use them. */

import * as S3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Part, createS3 } from '../../../../../proving/sandbox/services/s3/index.ts';
import { testWorld } from '../../wire/world.ts';
import { type Stage, document, failure, openStage, request } from '../stage.ts';

let stage: Stage<S3Part>;
let client: S3.S3Client;

beforeAll(async () => {
  stage = await openStage((world) => createS3(world));
  client = new S3.S3Client(stage.operator);
});

afterAll(async () => {
  client.destroy();
  await stage.stop();
});

const make = (properties: Record<string, unknown>, logicalId = 'Logs') => {
  const buckets = stage.provider('AWS::S3::Bucket');
  return buckets.create(request(buckets, logicalId, properties));
};

describe('AWS::S3::Bucket', () => {
  it('has a lower-case name made from the stack, and the attributes that templates read', async () => {
    expect(await make({})).toEqual({
      physicalId: 'demo-logs-abc123',
      attributes: {
        Arn: 'arn:aws:s3:::demo-logs-abc123',
        DomainName: 'demo-logs-abc123.s3.amazonaws.com',
        RegionalDomainName: 'demo-logs-abc123.s3.us-east-1.amazonaws.com',
        DualStackDomainName: 'demo-logs-abc123.s3.dualstack.us-east-1.amazonaws.com',
        WebsiteURL: 'http://demo-logs-abc123.s3-website-us-east-1.amazonaws.com',
      },
    });
  });

  it('answers what the command line asks before it publishes', async () => {
    await make({ BucketName: 'asked', VersioningConfiguration: { Status: 'Enabled' } });
    const Bucket = 'asked';
    await client.send(new S3.HeadBucketCommand({ Bucket }));
    const location = await client.send(new S3.GetBucketLocationCommand({ Bucket }));
    expect(location.LocationConstraint).toBeUndefined();
    const versioning = await client.send(new S3.GetBucketVersioningCommand({ Bucket }));
    expect(versioning.Status).toBe('Enabled');
    const encryption = await client.send(new S3.GetBucketEncryptionCommand({ Bucket }));
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toEqual([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    const { Buckets } = await client.send(new S3.ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toContain('asked');
  });

  it('says where it is outside us-east-1', async () => {
    const world = testWorld({ region: 'eu-central-1' });
    const other = await openStage((one) => createS3(one), world);
    const buckets = other.provider('AWS::S3::Bucket');
    await buckets.create(request(buckets, 'B', { BucketName: 'far' }));
    const far = new S3.S3Client({ ...other.operator, region: 'eu-central-1' });
    const { LocationConstraint } = await far.send(new S3.GetBucketLocationCommand({ Bucket: 'far' }));
    expect(LocationConstraint).toBe('eu-central-1');
    far.destroy();
    await other.stop();
  });

  it.each(['Upper', 'a', 'double..dot', '192.168.5.4', 'under_score', '-dash'])(
    'is refused as %s',
    async (BucketName) => {
      await expect(make({ BucketName })).rejects.toMatchObject({ code: 'InvalidBucketName' });
    },
  );

  it('is refused a second time, and when it is not there', async () => {
    await make({ BucketName: 'twice' });
    await expect(make({ BucketName: 'twice' })).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' });
    expect(await failure(client.send(new S3.HeadBucketCommand({ Bucket: 'none' })))).toBeInstanceOf(
      S3.NotFound,
    );
    const listing = client.send(new S3.ListObjectsV2Command({ Bucket: 'none' }));
    expect(await failure(listing)).toBeInstanceOf(S3.NoSuchBucket);
  });

  it('is not deleted while it holds objects', async () => {
    const buckets = stage.provider('AWS::S3::Bucket');
    await make({ BucketName: 'full' });
    await client.send(new S3.PutObjectCommand({ Bucket: 'full', Key: 'a', Body: 'x' }));
    const removal = { ...request(buckets, 'Logs', {}), physicalId: 'full' };
    await expect(buckets.delete(removal)).rejects.toMatchObject({ code: 'BucketNotEmpty', status: 409 });
    await client.send(new S3.DeleteObjectCommand({ Bucket: 'full', Key: 'a' }));
    await buckets.delete(removal);
    expect(await failure(client.send(new S3.HeadBucketCommand({ Bucket: 'full' })))).toBeInstanceOf(
      S3.NotFound,
    );
  });
});

describe('who may use a bucket', () => {
  it('is decided by the role and by the bucket', async () => {
    await make({ BucketName: 'guarded' });
    const role = new S3.S3Client(
      await stage.asRole('reader', {
        Effect: 'Allow',
        Action: 's3:*',
        Resource: ['arn:aws:s3:::guarded', 'arn:aws:s3:::guarded/open/*', 'arn:aws:s3:::guarded/shut/*'],
      }),
    );
    const policies = stage.provider('AWS::S3::BucketPolicy');
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: 'arn:aws:s3:::guarded/shut/*',
    };
    const made = request(policies, 'Policy', { Bucket: 'guarded', PolicyDocument: document(deny) });
    await policies.create(made);
    const put = (Key: string) => role.send(new S3.PutObjectCommand({ Bucket: 'guarded', Key, Body: 'x' }));
    await put('open/a');
    expect(await failure(put('other/a'))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        's3:PutObject on resource: arn:aws:s3:::guarded/other/a because no identity-based',
      ),
      $metadata: { httpStatusCode: 403 },
    });
    expect((await failure(put('shut/a'))).message).toContain(
      'with an explicit deny in a resource-based policy',
    );
    const stored = await client.send(new S3.GetBucketPolicyCommand({ Bucket: 'guarded' }));
    expect(JSON.parse(stored.Policy ?? '')).toEqual(document(deny));
    await policies.delete({ ...made, physicalId: 'guarded' });
    await put('shut/a');
    role.destroy();
  });

  it('lets in a role that the bucket names, although the role itself may nothing', async () => {
    await make({ BucketName: 'shared' });
    const config = await stage.asRole('guest', { Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
    const role = new S3.S3Client(config);
    const get = () => role.send(new S3.GetObjectCommand({ Bucket: 'shared', Key: 'a' }));
    await client.send(new S3.PutObjectCommand({ Bucket: 'shared', Key: 'a', Body: 'x' }));
    expect((await failure(get())).name).toBe('AccessDenied');
    const Statement = {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::123456789012:role/guest' },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::shared/*',
    };
    const policies = stage.provider('AWS::S3::BucketPolicy');
    await policies.create(request(policies, 'P', { Bucket: 'shared', PolicyDocument: document(Statement) }));
    expect(await (await get()).Body?.transformToString()).toBe('x');
    role.destroy();
  });
});
