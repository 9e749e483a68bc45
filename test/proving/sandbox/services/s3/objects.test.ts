/** Objects through the real client: in the path, in the host name, in chunks, in parts. */

import { Readable } from 'node:stream';
import * as S3 from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Part, createS3 } from '../../../../../proving/sandbox/services/s3/index.ts';
import { type Stage, failure, openStage, request } from '../stage.ts';

const BUCKET = 'cdk-hnb659fds-assets-123456789012-us-east-1';

let stage: Stage<S3Part>;
let client: S3.S3Client;

beforeAll(async () => {
  stage = await openStage((world) => createS3(world));
  client = new S3.S3Client(stage.operator);
  const buckets = stage.provider('AWS::S3::Bucket');
  await buckets.create(
    request(buckets, 'Staging', {
      BucketName: BUCKET,
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key-1' } },
        ],
      },
    }),
  );
});

afterAll(async () => {
  client.destroy();
  await stage.stop();
});

const put = (Key: string, Body: any, more: object = {}) =>
  client.send(new S3.PutObjectCommand({ Bucket: BUCKET, Key, Body, ...more }));

describe('an object', () => {
  it('comes back as it was put, with its type, metadata and encryption', async () => {
    const body = Buffer.from([0, 1, 2, 255, 13, 10]);
    const answer = await put('assets/a b+ü.zip', body, {
      ContentType: 'application/zip',
      Metadata: { from: 'cdk' },
    });
    expect(answer).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key-1' });
    const got = await client.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: 'assets/a b+ü.zip' }));
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? [])).toEqual(body);
    expect(got).toMatchObject({
      ContentType: 'application/zip',
      ContentLength: 6,
      Metadata: { from: 'cdk' },
      ETag: answer.ETag,
      ServerSideEncryption: 'aws:kms',
    });
    expect(stage.part.get(BUCKET, 'assets/a b+ü.zip')).toEqual(new Uint8Array(body));
    const head = await client.send(new S3.HeadObjectCommand({ Bucket: BUCKET, Key: 'assets/a b+ü.zip' }));
    expect(head).toMatchObject({ ContentLength: 6, ETag: answer.ETag, Metadata: { from: 'cdk' } });
  });

  it('arrives whole when it is streamed in signed chunks', async () => {
    const text = 'x'.repeat(200_000);
    await put('streamed', Readable.from([text.slice(0, 70_000), text.slice(70_000)]), {
      ContentLength: text.length,
    });
    expect(Buffer.from(stage.part.get(BUCKET, 'streamed') ?? []).toString()).toBe(text);
  });

  it('can be addressed by a host name', async () => {
    await put('by-host', 'here');
    const { port } = new URL(stage.endpoint.url);
    const virtual = new S3.S3Client({
      ...stage.operator,
      endpoint: `http://localhost:${port}`,
      forcePathStyle: false,
    });
    // No machine is sure to know *.localhost, so the connection goes to the address and the name into the header.
    virtual.middlewareStack.add(
      (next) => (args) => {
        const sent = args.request as { hostname: string; headers: Record<string, string> };
        expect(sent.hostname).toBe(`${BUCKET}.localhost`);
        sent.hostname = '127.0.0.1';
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const got = await virtual.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: 'by-host' }));
    expect(await got.Body?.transformToString()).toBe('here');
  });

  it('is gone after its deletion, alone or among others', async () => {
    for (const key of ['d/1', 'd/2', 'd/3']) await put(key, key);
    await client.send(new S3.DeleteObjectCommand({ Bucket: BUCKET, Key: 'd/1' }));
    const many = { Objects: [{ Key: 'd/2' }, { Key: 'd/3' }] };
    const answer = await client.send(new S3.DeleteObjectsCommand({ Bucket: BUCKET, Delete: many }));
    expect(answer.Deleted).toEqual([{ Key: 'd/2' }, { Key: 'd/3' }]);
    const gone = await failure(client.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: 'd/2' })));
    expect(gone).toBeInstanceOf(S3.NoSuchKey);
    const head = await failure(client.send(new S3.HeadObjectCommand({ Bucket: BUCKET, Key: 'd/2' })));
    expect(head).toBeInstanceOf(S3.NotFound);
  });

  it.each([
    ['bytes=0-1', 'he', 'bytes 0-1/4'],
    ['bytes=2-', 're', 'bytes 2-3/4'],
    ['bytes=-3', 'ere', 'bytes 1-3/4'],
    ['bytes=1-99', 'ere', 'bytes 1-3/4'],
  ])('comes in the range %s', async (Range, text, ContentRange) => {
    await put('ranged', 'here');
    const got = await client.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: 'ranged', Range }));
    expect(got).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
    expect(await got.Body?.transformToString()).toBe(text);
  });

  it('is refused when its checksum is wrong, past its end, or in a bucket that is not there', async () => {
    expect((await failure(put('bad', 'x', { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).name).toBe(
      'BadDigest',
    );
    await put('ranged', 'here');
    const past = client.send(new S3.GetObjectCommand({ Bucket: BUCKET, Key: 'ranged', Range: 'bytes=4-' }));
    expect(await failure(past)).toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
    const elsewhere = client.send(new S3.PutObjectCommand({ Bucket: 'nowhere', Key: 'a', Body: 'x' }));
    expect(await failure(elsewhere)).toBeInstanceOf(S3.NoSuchBucket);
  });
});

describe('a listing', () => {
  it('goes through all pages, with folders folded at the delimiter', async () => {
    for (const key of ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/d/1']) await put(key, key);
    const seen: string[] = [];
    const pages = S3.paginateListObjectsV2(
      { client, pageSize: 2 },
      { Bucket: BUCKET, Prefix: 'l/', Delimiter: '/' },
    );
    for await (const page of pages) {
      seen.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
      seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
    }
    expect(seen.sort()).toEqual(['l/a', 'l/b/', 'l/c', 'l/d/']);
    const one = await client.send(new S3.ListObjectsV2Command({ Bucket: BUCKET, Prefix: 'l/b/2' }));
    expect(one).toMatchObject({ KeyCount: 1, IsTruncated: false, Contents: [{ Key: 'l/b/2', Size: 5 }] });
  });
});

describe('an upload in parts', () => {
  const start = () => client.send(new S3.CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'big' }));
  const part = (UploadId: string | undefined, PartNumber: number, Body: Buffer) =>
    client.send(new S3.UploadPartCommand({ Bucket: BUCKET, Key: 'big', UploadId, PartNumber, Body }));

  it('becomes one object', async () => {
    const { UploadId } = await start();
    const first = Buffer.alloc(5 * 1024 * 1024, 'a');
    const parts = [
      { PartNumber: 1, ETag: (await part(UploadId, 1, first)).ETag },
      { PartNumber: 2, ETag: (await part(UploadId, 2, Buffer.from('end'))).ETag },
    ];
    const done = await client.send(
      new S3.CompleteMultipartUploadCommand({
        Bucket: BUCKET,
        Key: 'big',
        UploadId,
        MultipartUpload: { Parts: parts },
      }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(stage.part.get(BUCKET, 'big')?.byteLength).toBe(first.length + 3);
  });

  it('is refused with a part that is too small, unknown or out of order, and can be aborted', async () => {
    const { UploadId } = await start();
    const ETag = (await part(UploadId, 1, Buffer.from('small'))).ETag;
    await part(UploadId, 2, Buffer.from('small'));
    const complete = (Parts: S3.CompletedPart[]) =>
      failure(
        client.send(
          new S3.CompleteMultipartUploadCommand({
            Bucket: BUCKET,
            Key: 'big',
            UploadId,
            MultipartUpload: { Parts },
          }),
        ),
      );
    const both = [
      { PartNumber: 1, ETag },
      { PartNumber: 2, ETag },
    ];
    expect((await complete(both)).name).toBe('EntityTooSmall');
    expect((await complete(both.toReversed())).name).toBe('InvalidPartOrder');
    expect((await complete([{ PartNumber: 3, ETag }])).name).toBe('InvalidPart');
    await client.send(new S3.AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'big', UploadId }));
    expect((await failure(part(UploadId, 1, Buffer.from('x')))).name).toBe('NoSuchUpload');
  });
});
