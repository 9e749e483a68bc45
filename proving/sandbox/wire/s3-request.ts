/** What S3 does outside the schemas: the bucket in path or host name, and bodies sent in signed chunks. */

import { AwsError } from '../kernel/index.ts';
import type { WireRequest } from './message.ts';
import type { RouteMatch } from './rest-routes.ts';

/** Moves the bucket out of the request, so that the rest of the path fits the schemas' routes (`/{Key+}`). */
export function withoutBucket(original: WireRequest): { request: WireRequest; bound: { Bucket?: string } } {
  const request = withoutChunks(original);
  const host = (request.headers['host'] ?? '').replace(/:\d+$/, '');
  if (host.endsWith('.localhost')) {
    return { request, bound: { Bucket: host.slice(0, -'.localhost'.length) } };
  }
  const [, first = '', rest = ''] = /^\/([^/]*)(.*)$/s.exec(request.path) ?? [];
  if (first === '') return { request, bound: {} };
  return {
    request: { ...request, path: rest === '' ? '/' : rest },
    bound: { Bucket: decodeURIComponent(first) },
  };
}

/** Without a bucket `GET /` lists buckets, with one it lists objects: the routes alone do not tell. */
export function onBucketOrAccount(
  matches: readonly RouteMatch[],
  { Bucket }: { readonly Bucket?: string },
): RouteMatch[] {
  return matches.filter(({ operation }) => {
    const takesBucket = operation.input.isStructSchema() && 'Bucket' in operation.input.getMemberSchemas();
    return takesBucket === (Bucket !== undefined && Bucket !== '');
  });
}

/** Undoes `content-encoding: aws-chunked`. The chunks' own signatures and trailing checksums are not checked. */
function withoutChunks(request: WireRequest): WireRequest {
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((name) => name.trim());
  const isStreaming = (request.headers['x-amz-content-sha256'] ?? '').startsWith('STREAMING-');
  if (!encodings.includes('aws-chunked') && !isStreaming) return request;
  const body = joinChunks(request.body);
  const kept = encodings.filter((name) => name !== 'aws-chunked' && name !== '').join(',');
  const { 'content-encoding': _, ...headers } = request.headers;
  return {
    ...request,
    body,
    headers: {
      ...headers,
      'content-length': String(body.length),
      ...(kept === '' ? {} : { 'content-encoding': kept }),
    },
  };
}

function joinChunks(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  let offset = 0;
  while (offset < body.length) {
    const lineEnd = body.indexOf('\r\n', offset);
    if (lineEnd === -1) throw incomplete();
    const size = Number.parseInt(body.subarray(offset, lineEnd).toString('latin1'), 16);
    if (Number.isNaN(size)) throw incomplete();
    if (size === 0) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    if (start + size > body.length) throw incomplete();
    chunks.push(body.subarray(start, start + size));
    offset = start + size + 2;
  }
  throw incomplete();
}

function incomplete(): AwsError {
  return new AwsError('IncompleteBody', 'The aws-chunked body ends before its last chunk', { status: 400 });
}
