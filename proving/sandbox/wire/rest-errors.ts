/** How the REST protocols answer errors: restJson1 names the shape in a header, restXml in the body. */

import type { AwsError } from '../kernel/index.ts';
import { jsonError } from './codec-json.ts';
import type { CodecOptions } from './codec.ts';
import { wireError } from './errors.ts';
import type { WireResponse } from './message.ts';

/** S3 and the JSON services have their own names for errors that belong to no service. */
const S3_CODES: Readonly<Record<string, string>> = {
  InvalidClientTokenId: 'InvalidAccessKeyId',
  ValidationException: 'InvalidRequest',
};
const JSON_CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidClientTokenId: 'UnrecognizedClientException',
};

export function restErrors(
  options: CodecOptions,
  contentType: string,
): (error: AwsError, requestId: string) => WireResponse {
  return options.shapeId.endsWith('restXml')
    ? (error, requestId) => xmlError(options, error, requestId, contentType)
    : (error, requestId) => restJsonError(options, error, requestId, contentType);
}

function restJsonError(
  options: CodecOptions,
  error: AwsError,
  requestId: string,
  contentType: string,
): WireResponse {
  const wire = wireError(error, options.errors);
  const name = wire.schema?.name ?? JSON_CODES[error.code] ?? error.code;
  const body = { message: wire.message, ...jsonError(options, wire) };
  return {
    status: wire.status,
    headers: { 'content-type': contentType, 'x-amzn-requestid': requestId, 'x-amzn-errortype': name },
    body: JSON.stringify(body),
  };
}

function xmlError(
  options: CodecOptions,
  error: AwsError,
  requestId: string,
  contentType: string,
): WireResponse {
  const wire = wireError(error, options.errors);
  const code = wire.schema?.name ?? S3_CODES[error.code] ?? error.code;
  const members: Record<string, unknown> = { Code: code, Message: wire.message, ...wire.fields };
  const fields = Object.entries(members)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`)
    .join('');
  const inner = `${fields}<RequestId>${requestId}</RequestId>`;
  const xml = options.isS3
    ? `<Error>${inner}</Error>`
    : `<ErrorResponse xmlns="${options.xmlNamespace ?? ''}"><Error><Type>${wire.fault}</Type>${fields}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
  return {
    status: wire.status,
    headers: {
      'content-type': contentType,
      'x-amzn-requestid': requestId,
      ...(options.isS3 ? { 'x-amz-request-id': requestId } : {}),
    },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`,
  };
}

const XML_ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => XML_ENTITIES[character] ?? character);
}
