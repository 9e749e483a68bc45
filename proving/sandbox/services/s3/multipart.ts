/** Uploads in parts, as clients make them of large files. */

import { createHash, randomUUID } from 'node:crypto';
import type * as S3 from '@aws-sdk/client-s3';
import { AwsError, type Operation } from '../../kernel/index.ts';
import { guarded, onObject } from './access.ts';
import { type Buckets, type NewObject, quotedMd5 } from './buckets.ts';
import { attributesOf, bytesOf, checkDigests, encryptionShape } from './object-operations.ts';

interface Part {
  readonly body: Uint8Array;
  readonly etag: string;
}

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly attributes: Pick<NewObject, 'contentType' | 'metadata' | 'encryption'>;
  readonly parts: Map<number, Part>;
}

interface UploadInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
}

const PART_BYTES_MIN = 5 * 1024 * 1024;
const PART_NUMBER_MAX = 10_000;

export function multipartOperations(buckets: Buckets): Record<string, Operation> {
  const uploads = new Map<string, Upload>();
  const need = ({ Bucket, Key, UploadId = '' }: UploadInput): Upload => {
    const upload = uploads.get(UploadId);
    if (upload && upload.bucket === Bucket && upload.key === Key) return upload;
    throw new AwsError('NoSuchUpload', 'The specified multipart upload does not exist.', { status: 404 });
  };
  return {
    CreateMultipartUpload: guarded<S3.CreateMultipartUploadCommandInput>(buckets, {
      needs: onObject('s3:PutObject'),
      handle(input) {
        const { Bucket = '', Key = '' } = input;
        buckets.need(Bucket);
        const UploadId = randomUUID();
        uploads.set(UploadId, {
          bucket: Bucket,
          key: Key,
          attributes: attributesOf(input),
          parts: new Map(),
        });
        return { Bucket, Key, UploadId };
      },
    }),
    UploadPart: guarded<S3.UploadPartCommandInput>(buckets, {
      needs: onObject('s3:PutObject'),
      handle(input) {
        const body = bytesOf(input.Body);
        checkDigests(body, input);
        const part: Part = { body, etag: quotedMd5(body) };
        need(input).parts.set(checkNumber(input.PartNumber), part);
        return { ETag: part.etag };
      },
    }),
    CompleteMultipartUpload: guarded<S3.CompleteMultipartUploadCommandInput>(buckets, {
      needs: onObject('s3:PutObject'),
      handle(input) {
        const upload = need(input);
        const { Bucket = '', Key = '' } = input;
        const parts = chosenParts(upload, input.MultipartUpload?.Parts ?? []);
        const stored = buckets.put(buckets.need(Bucket), {
          ...upload.attributes,
          key: Key,
          body: Buffer.concat(parts.map(({ body }) => body)),
          etag: joinedEtag(parts),
        });
        uploads.delete(input.UploadId ?? '');
        return { Bucket, Key, ETag: stored.etag, ...encryptionShape(stored.encryption) };
      },
    }),
    AbortMultipartUpload: guarded<S3.AbortMultipartUploadCommandInput>(buckets, {
      needs: onObject('s3:AbortMultipartUpload'),
      handle(input) {
        need(input);
        uploads.delete(input.UploadId ?? '');
        return {};
      },
    }),
  };
}

function checkNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= PART_NUMBER_MAX)
    return number;
  throw new AwsError('InvalidArgument', `Part number must be an integer from 1 to ${PART_NUMBER_MAX}.`);
}

function chosenParts(upload: Upload, chosen: readonly S3.CompletedPart[]): Part[] {
  if (chosen.length === 0) throw new AwsError('MalformedXML', 'You must specify at least one part');
  const isOrdered = chosen.every(
    ({ PartNumber = 0 }, index) => index === 0 || PartNumber > (chosen[index - 1]?.PartNumber ?? 0),
  );
  if (!isOrdered) throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.');
  return chosen.map(({ PartNumber = 0, ETag = '' }, index) => {
    const part = upload.parts.get(PartNumber);
    if (!part || unquoted(part.etag) !== unquoted(ETag)) {
      throw new AwsError('InvalidPart', `Part ${PartNumber} could not be found, or its entity tag differs.`);
    }
    if (index < chosen.length - 1 && part.body.byteLength < PART_BYTES_MIN) {
      throw new AwsError('EntityTooSmall', `Part ${PartNumber} is smaller than the minimum allowed size.`);
    }
    return part;
  });
}

/** The MD5 of the parts' MD5s, and their number. */
function joinedEtag(parts: readonly Part[]): string {
  const sums = parts.map(({ etag }) => Buffer.from(unquoted(etag), 'hex'));
  const sum = createHash('md5').update(Buffer.concat(sums)).digest('hex');
  return `"${sum}-${parts.length}"`;
}

function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}
