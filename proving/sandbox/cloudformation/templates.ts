/** Finds the template that a request brings in its body or keeps in S3. */

import { AwsError, type Authorization, type ObjectStore } from '../kernel/index.ts';

export interface TemplateSource {
  readonly TemplateBody?: string | undefined;
  readonly TemplateURL?: string | undefined;
}

/** Limit of CloudFormation for a template in the request itself, in bytes. */
const BODY_BYTES_MAX = 51_200;

/** Throws AwsError `ValidationError` when there is no template, or none at the address. */
export function templateText(objects: ObjectStore, source: TemplateSource): string {
  if (source.TemplateBody !== undefined) {
    if (Buffer.byteLength(source.TemplateBody) > BODY_BYTES_MAX) {
      throw new AwsError(
        'ValidationError',
        `Member templateBody must have length less than or equal to ${BODY_BYTES_MAX}`,
      );
    }
    return source.TemplateBody;
  }
  if (source.TemplateURL === undefined) {
    throw new AwsError('ValidationError', 'Either Template URL or Template Body must be specified.');
  }
  const { bucket, key } = objectOf(source.TemplateURL);
  const bytes = objects.get(bucket, key);
  if (bytes === undefined)
    throw new AwsError('ValidationError', `S3 error: The specified key does not exist. (${bucket}/${key})`);
  return Buffer.from(bytes).toString();
}

/** What the caller needs so that CloudFormation may read the template for it. */
export function templateAuthorization(source: TemplateSource): Authorization[] {
  if (source.TemplateURL === undefined) return [];
  const { bucket, key } = objectOf(source.TemplateURL);
  return [{ action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}` }];
}

/** `https://bucket.s3.region.amazonaws.com/key`, `https://s3.region.amazonaws.com/bucket/key` or `http://host:port/bucket/key`. */
export function objectOf(url: string): { bucket: string; key: string } {
  if (!URL.canParse(url))
    throw new AwsError('ValidationError', `TemplateURL must be a supported URL, got ${url}`);
  const { hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  const virtual = /^(.+)\.s3[.-]/.exec(hostname);
  if (virtual !== null) return { bucket: virtual[1]!, key: path };
  const slash = path.indexOf('/');
  if (slash < 1)
    throw new AwsError('ValidationError', `TemplateURL must name a bucket and a key, got ${url}`);
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}
