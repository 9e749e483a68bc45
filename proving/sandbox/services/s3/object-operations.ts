/** Operations on objects. */

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type * as S3 from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../kernel/index.ts';
import { guarded, objectArn, onObject } from './access.ts';
import { type Buckets, type NewObject, type StoredObject, needObject } from './buckets.ts';

export function objectOperations(buckets: Buckets): Record<string, Operation> {
  return {
    PutObject: guarded<S3.PutObjectCommandInput>(buckets, {
      needs: onObject('s3:PutObject'),
      handle: (input) => putObject(buckets, input),
    }),
    GetObject: guarded<S3.GetObjectCommandInput>(buckets, {
      needs: onObject('s3:GetObject'),
      handle({ Bucket = '', Key = '', Range }) {
        const object = needObject(buckets.need(Bucket), Key);
        if (Range === undefined) return { ...headOf(object), Body: object.body };
        const { first, last } = byteRange(Range, object.body.byteLength);
        return {
          ...headOf(object),
          Body: object.body.subarray(first, last + 1),
          ContentLength: last + 1 - first,
          ContentRange: `bytes ${first}-${last}/${object.body.byteLength}`,
        };
      },
    }),
    HeadObject: guarded<S3.HeadObjectCommandInput>(buckets, {
      needs: onObject('s3:GetObject'),
      handle({ Bucket = '', Key = '' }) {
        const object = buckets.find(Bucket)?.objects.get(Key);
        // An answer to HEAD has no body, so the code is all the caller learns.
        if (!object) throw new AwsError('NotFound', 'Not Found', { status: 404 });
        return headOf(object);
      },
    }),
    DeleteObject: guarded<S3.DeleteObjectCommandInput>(buckets, {
      needs: onObject('s3:DeleteObject'),
      handle({ Bucket = '', Key = '' }) {
        buckets.need(Bucket).objects.delete(Key);
        return {};
      },
    }),
    DeleteObjects: guarded<S3.DeleteObjectsCommandInput>(buckets, {
      needs: ({ Bucket, Delete }) =>
        (Delete?.Objects ?? []).map(({ Key }) => ({
          action: 's3:DeleteObject',
          resource: objectArn({ Bucket, Key }),
        })),
      handle({ Bucket = '', Delete }) {
        const bucket = buckets.need(Bucket);
        const keys = (Delete?.Objects ?? []).map(({ Key = '' }) => Key);
        for (const key of keys) bucket.objects.delete(key);
        return { Deleted: Delete?.Quiet ? [] : keys.map((Key) => ({ Key })) };
      },
    }),
  };
}

function putObject(buckets: Buckets, input: S3.PutObjectCommandInput): object {
  const bucket = buckets.need(input.Bucket ?? '');
  const body = bytesOf(input.Body);
  checkDigests(body, input);
  const { etag, encryption } = buckets.put(bucket, { ...attributesOf(input), key: input.Key ?? '', body });
  return { ETag: etag, ...encryptionShape(encryption) };
}

/** Uploaded bytes; the wire hands a streamed body over as a whole. */
export function bytesOf(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : new Uint8Array();
}

export function attributesOf(
  input: S3.PutObjectCommandInput | S3.CreateMultipartUploadCommandInput,
): Pick<NewObject, 'contentType' | 'metadata' | 'encryption'> {
  const { ServerSideEncryption: algorithm, SSEKMSKeyId = null } = input;
  return {
    contentType: input.ContentType,
    metadata: input.Metadata,
    encryption: algorithm === undefined ? undefined : { algorithm, keyId: SSEKMSKeyId },
  };
}

export function encryptionShape({ algorithm, keyId }: StoredObject['encryption']): object {
  return { ServerSideEncryption: algorithm, ...(keyId === null ? {} : { SSEKMSKeyId: keyId }) };
}

/** @throws AwsError `BadDigest` when the body is not what the sender says it is. */
export function checkDigests(
  body: Uint8Array,
  said: { ContentMD5?: string | undefined; ChecksumCRC32?: string | undefined },
): void {
  const md5 = createHash('md5').update(body).digest('base64');
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const isMd5Wrong = said.ContentMD5 !== undefined && said.ContentMD5 !== md5;
  const isCrcWrong = said.ChecksumCRC32 !== undefined && said.ChecksumCRC32 !== crc.toString('base64');
  if (!isMd5Wrong && !isCrcWrong) return;
  const name = isMd5Wrong ? 'Content-MD5' : 'CRC32';
  throw new AwsError('BadDigest', `The ${name} you specified did not match the calculated checksum.`);
}

/** `bytes=0-9`, `bytes=10-` or `bytes=-5`. @throws AwsError `InvalidRange` (416) */
function byteRange(text: string, size: number): { first: number; last: number } {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(text) ?? [];
  const first = from === '' ? Math.max(size - Number(to), 0) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if ((from !== '' || to !== '') && first <= last) return { first, last };
  throw new AwsError('InvalidRange', `The requested range '${text}' is not satisfiable`, { status: 416 });
}

function headOf(object: StoredObject): object {
  return {
    ContentLength: object.body.byteLength,
    ContentType: object.contentType,
    ETag: object.etag,
    LastModified: new Date(object.modifiedAt),
    Metadata: object.metadata,
    AcceptRanges: 'bytes',
    ...encryptionShape(object.encryption),
  };
}
