/** REST requests find their operation without the hint that only the JavaScript client sends. */

import * as Lambda from '@aws-sdk/client-lambda';
import * as S3 from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import type { WireRequest } from '../../../../proving/sandbox/wire/message.ts';
import { buildRoutes } from '../../../../proving/sandbox/wire/rest-routes.ts';
import { onBucketOrAccount, withoutBucket } from '../../../../proving/sandbox/wire/s3-request.ts';
import { operationSchemas } from '../../../../proving/sandbox/wire/schema.ts';

function wire(line: string, headers: Record<string, string> = {}): WireRequest {
  const [method = '', target = ''] = line.split(' ');
  const [path = '', query = ''] = target.split('?');
  return { method, path, query: new URLSearchParams(query), headers, body: Buffer.alloc(0) };
}

const s3Routes = buildRoutes(operationSchemas(S3).values());
const lambdaRoutes = buildRoutes(operationSchemas(Lambda).values());

describe('S3', () => {
  it.each([
    ['GET /', 'ListBuckets', undefined],
    ['GET /bucket', 'ListObjects', 'bucket'],
    ['GET /bucket/', 'ListObjects', 'bucket'],
    ['GET /bucket?list-type=2&prefix=a', 'ListObjectsV2', 'bucket'],
    ['GET /bucket?location', 'GetBucketLocation', 'bucket'],
    ['GET /bucket?encryption', 'GetBucketEncryption', 'bucket'],
    ['HEAD /bucket', 'HeadBucket', 'bucket'],
    ['HEAD /bucket/a/b', 'HeadObject', 'bucket'],
    ['GET /bucket/a/b', 'GetObject', 'bucket'],
    ['GET /bucket/a?acl', 'GetObjectAcl', 'bucket'],
    ['PUT /bucket/a', 'PutObject', 'bucket'],
    ['PUT /bucket/a?partNumber=1&uploadId=u', 'UploadPart', 'bucket'],
    ['PUT /bucket/a?x-id=PutObject', 'PutObject', 'bucket'],
    ['POST /bucket/a?uploads', 'CreateMultipartUpload', 'bucket'],
    ['POST /bucket/a?uploadId=u', 'CompleteMultipartUpload', 'bucket'],
    ['DELETE /bucket/a', 'DeleteObject', 'bucket'],
    ['DELETE /bucket/a?uploadId=u', 'AbortMultipartUpload', 'bucket'],
    ['POST /bucket?delete', 'DeleteObjects', 'bucket'],
  ])('%s is %s', (line, name, bucket) => {
    const { request, bound } = withoutBucket(wire(line));
    expect(onBucketOrAccount(s3Routes(request), bound)[0]?.operation.name).toBe(name);
    expect(bound.Bucket).toBe(bucket);
  });

  it('tells a copy from an upload by its source', () => {
    const { request } = withoutBucket(wire('PUT /bucket/a', { 'x-amz-copy-source': '/b/c' }));
    expect(s3Routes(request)[0]?.operation.name).toBe('CopyObject');
  });

  it('decodes the key', () => {
    const { request } = withoutBucket(wire('GET /bucket/a%20b/%C3%BC%2Bc'));
    expect(s3Routes(request)[0]?.labels).toEqual({ Key: 'a b/ü+c' });
  });
});

describe('Lambda', () => {
  it.each([
    ['GET /2015-03-31/functions', 'ListFunctions', {}],
    ['GET /2015-03-31/functions/?MaxItems=5', 'ListFunctions', {}],
    ['GET /2015-03-31/functions/f', 'GetFunction', { FunctionName: 'f' }],
    ['GET /2015-03-31/functions/f/configuration', 'GetFunctionConfiguration', { FunctionName: 'f' }],
    ['POST /2015-03-31/functions/arn%3Aaws%3Af/invocations', 'Invoke', { FunctionName: 'arn:aws:f' }],
  ])('%s is %s', (line, name, labels) => {
    const [match] = lambdaRoutes(wire(line));
    expect(match?.operation.name).toBe(name);
    expect(match?.labels).toEqual(labels);
  });

  it('finds nothing where there is nothing', () => {
    expect(lambdaRoutes(wire('PATCH /2015-03-31/functions'))).toEqual([]);
  });
});
