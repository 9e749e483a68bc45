/** ListObjectsV2: prefix, delimiter, pages. */

import type { ListObjectsV2CommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '../../kernel/index.ts';
import type { Bucket, StoredObject } from './buckets.ts';

const KEYS_MAX = 1000;

type Entry =
  { readonly at: string; readonly object: StoredObject } | { readonly at: string; readonly object: null };

export function listObjects(bucket: Bucket, input: ListObjectsV2CommandInput): object {
  const { Prefix = '', Delimiter, StartAfter = '', ContinuationToken, MaxKeys = KEYS_MAX } = input;
  const after = ContinuationToken === undefined ? StartAfter : decodeToken(ContinuationToken);
  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(Prefix)).sort();
  const entries = group(bucket, keys, Prefix, Delimiter).filter(({ at }) => at > after);
  const size = Math.min(Math.max(MaxKeys, 0), KEYS_MAX);
  const page = entries.slice(0, size);
  const isTruncated = entries.length > page.length && size > 0;
  const last = page.at(-1);
  return {
    Name: bucket.name,
    Prefix,
    ...(Delimiter === undefined ? {} : { Delimiter }),
    MaxKeys,
    KeyCount: page.length,
    IsTruncated: isTruncated,
    Contents: page.flatMap(({ object }) => (object ? [contents(object)] : [])),
    CommonPrefixes: page.flatMap(({ at, object }) => (object ? [] : [{ Prefix: at }])),
    ...(isTruncated && last ? { NextContinuationToken: Buffer.from(last.at).toString('base64') } : {}),
  };
}

/** Keys that share what stands before the next delimiter become one entry. */
function group(
  bucket: Bucket,
  keys: readonly string[],
  prefix: string,
  delimiter: string | undefined,
): Entry[] {
  const entries: Entry[] = [];
  for (const key of keys) {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end !== -1 && delimiter) {
      const at = key.slice(0, end + delimiter.length);
      if (entries.at(-1)?.at !== at) entries.push({ at, object: null });
      continue;
    }
    const object = bucket.objects.get(key);
    if (object) entries.push({ at: key, object });
  }
  return entries;
}

function contents({ key, modifiedAt, etag, body }: StoredObject): object {
  return {
    Key: key,
    LastModified: new Date(modifiedAt),
    ETag: etag,
    Size: body.byteLength,
    StorageClass: 'STANDARD',
  };
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64').toString('utf8');
  if (text !== '' && Buffer.from(text).toString('base64') === token) return text;
  throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
}
