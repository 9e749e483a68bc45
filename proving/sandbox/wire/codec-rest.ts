/** restXml and restJson1: members are bound to path, query, headers and body by the schema's http traits. */

import { FromStringShapeDeserializer, ToStringShapeSerializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../kernel/index.ts';
import type { CodecOptions } from './codec.ts';
import { undecodable, unknownOperation } from './errors.ts';
import type { Codec, Decoded, WireRequest, WireResponse } from './message.ts';
import { restErrors } from './rest-errors.ts';
import { type RouteMatch, buildRoutes } from './rest-routes.ts';
import { onBucketOrAccount, withoutBucket } from './s3-request.ts';
import type { OperationSchema } from './schema.ts';
import { validateInput } from './validate.ts';

const SETTINGS = { timestampFormat: { useTrait: true, default: 5 as const }, httpBindings: true };

export function restCodec(options: CodecOptions): Codec {
  const routes = buildRoutes(options.operations.values());
  const isXml = options.shapeId.endsWith('restXml');
  const contentType = isXml ? 'application/xml' : 'application/json';

  async function decode(original: WireRequest): Promise<Decoded> {
    const { request, bound } = options.isS3 ? withoutBucket(original) : { request: original, bound: {} };
    const matches = routes(request);
    const match = choose(options.isS3 ? onBucketOrAccount(matches, bound) : matches, original, options);
    const input = await readRequest(options, match, request);
    Object.assign(input, bound);
    validateInput(match.operation.input, input);
    return { operation: match.operation, input };
  }

  function encode(
    operation: OperationSchema,
    output: Record<string, unknown>,
    requestId: string,
  ): WireResponse {
    const headers: Record<string, string> = { 'content-type': contentType, 'x-amzn-requestid': requestId };
    if (options.isS3) headers['x-amz-request-id'] = requestId;
    let status = operation.route?.status ?? 200;
    let payload: string | Uint8Array | undefined;
    const rest: Record<string, unknown> = {};
    for (const [name, member] of operation.output.isStructSchema() ? operation.output.structIterator() : []) {
      const value = output[name];
      if (value === undefined || value === null) continue;
      const traits = member.getMergedTraits();
      if (traits.httpHeader !== undefined) headers[traits.httpHeader.toLowerCase()] = toText(member, value);
      else if (traits.httpPrefixHeaders !== undefined) addPrefixed(headers, traits.httpPrefixHeaders, value);
      else if (traits.httpResponseCode !== undefined) status = Number(value);
      else if (traits.httpPayload !== undefined) payload = payloadBody(options, member, value);
      else rest[name] = value;
    }
    // S3 answers a range under another status, which its schema does not say.
    if (options.isS3 && headers['content-range'] !== undefined) status = 206;
    const body = payload ?? bodyOf(options, operation.output, rest);
    return { status, headers, body };
  }

  return { decode, encode, encodeError: restErrors(options, contentType) };
}

function choose(matches: readonly RouteMatch[], request: WireRequest, options: CodecOptions): RouteMatch {
  const match = matches.find(({ operation }) => options.isImplemented(operation.name)) ?? matches[0];
  if (!match) throw unknownOperation(`${request.method} ${request.path}`);
  return match;
}

async function readRequest(
  options: CodecOptions,
  match: RouteMatch,
  request: WireRequest,
): Promise<Record<string, unknown>> {
  const schema = match.operation.input;
  const input: Record<string, unknown> = {};
  if (!schema.isStructSchema()) return input;
  let hasBodyMembers = false;
  for (const [name, member] of schema.structIterator()) {
    const traits = member.getMergedTraits();
    if (traits.httpPayload !== undefined) {
      if (request.body.length > 0) input[name] = await readPayload(options, name, member, request.body);
    } else if (isBoundOutsideBody(member)) {
      const value = readBound(name, member, match, request);
      if (value !== undefined) input[name] = value;
    } else {
      hasBodyMembers = true;
    }
  }
  if (hasBodyMembers && request.body.length > 0) {
    const body = (await readPayload(options, 'the body', schema, request.body)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(body)) if (value !== undefined) input[name] ??= value;
  }
  return input;
}

function isBoundOutsideBody(member: NormalizedSchema): boolean {
  const traits = member.getMergedTraits();
  return ['httpLabel', 'httpQuery', 'httpQueryParams', 'httpHeader', 'httpPrefixHeaders'].some(
    (name) => traits[name] !== undefined,
  );
}

function readBound(name: string, member: NormalizedSchema, match: RouteMatch, request: WireRequest): unknown {
  const traits = member.getMergedTraits();
  if (traits.httpPrefixHeaders !== undefined) return readPrefixed(request, traits.httpPrefixHeaders);
  if (traits.httpQueryParams !== undefined) return Object.fromEntries(request.query);
  if (traits.httpQuery !== undefined && member.isListSchema()) {
    const values = request.query.getAll(traits.httpQuery);
    return values.length === 0
      ? undefined
      : values.map((text) => fromText(name, member.getValueSchema(), text));
  }
  let text: string | undefined;
  if (traits.httpLabel !== undefined) text = match.labels[name];
  else if (traits.httpQuery !== undefined) text = request.query.get(traits.httpQuery) ?? undefined;
  else if (traits.httpHeader !== undefined) text = request.headers[traits.httpHeader.toLowerCase()];
  return text === undefined ? undefined : fromText(name, member, text);
}

async function readPayload(
  options: CodecOptions,
  name: string,
  member: NormalizedSchema,
  body: Buffer,
): Promise<unknown> {
  if (member.isBlobSchema()) return new Uint8Array(body);
  if (member.isStringSchema()) return body.toString('utf8');
  try {
    return await options.payload.read(member, body);
  } catch (cause) {
    throw undecodable(name, cause);
  }
}

function payloadBody(options: CodecOptions, member: NormalizedSchema, value: unknown): string | Uint8Array {
  if (member.isBlobSchema()) return value instanceof Uint8Array ? value : Buffer.from(String(value));
  if (member.isStringSchema()) return String(value);
  return options.payload.write(member, value);
}

function bodyOf(
  options: CodecOptions,
  schema: NormalizedSchema,
  rest: Record<string, unknown>,
): string | Uint8Array {
  if (!schema.isStructSchema()) return '';
  const hasBody = [...schema.structIterator()].some(
    ([, member]) =>
      !isBoundOutsideBody(member) &&
      member.getMergedTraits().httpPayload === undefined &&
      member.getMergedTraits().httpResponseCode === undefined,
  );
  return hasBody ? options.payload.write(schema, rest) : '';
}

function fromText(name: string, schema: NormalizedSchema, text: string): unknown {
  try {
    return new FromStringShapeDeserializer(SETTINGS).read(schema, text);
  } catch (cause) {
    throw undecodable(name, cause);
  }
}

function toText(schema: NormalizedSchema, value: unknown): string {
  const serializer = new ToStringShapeSerializer(SETTINGS);
  serializer.write(schema, value);
  return serializer.flush();
}

function readPrefixed(request: WireRequest, prefix: string): Record<string, string> | undefined {
  const found = Object.entries(request.headers)
    .filter(([name]) => name.startsWith(prefix.toLowerCase()))
    .map(([name, value]) => [name.slice(prefix.length), value] as const);
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function addPrefixed(headers: Record<string, string>, prefix: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) {
    throw new AwsError('InternalFailure', `the headers ${prefix}* need a map`, { status: 500 });
  }
  for (const [name, text] of Object.entries(value)) headers[`${prefix}${name}`.toLowerCase()] = String(text);
}
