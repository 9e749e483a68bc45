/** awsJson 1.0 and 1.1: the operation is in `x-amz-target`, input and output are JSON bodies. */

import type { AwsError } from '../kernel/index.ts';
import type { CodecOptions } from './codec.ts';
import { errorMembers, undecodable, unknownOperation, wireError } from './errors.ts';
import type { Codec, Decoded, WireRequest, WireResponse } from './message.ts';
import type { OperationSchema } from './schema.ts';
import { validateInput } from './validate.ts';

/** The names under which services of this protocol give errors that belong to no service. */
const COMMON_CODES: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  InvalidClientTokenId: 'UnrecognizedClientException',
};
/** A denied call is a bad request in this protocol, where the others say 403. */
const DENIED_STATUS = 400;

export function jsonCodec(options: CodecOptions): Codec {
  const contentType = `application/x-amz-json-${options.shapeId.endsWith('1_0') ? '1.0' : '1.1'}`;

  async function decode(request: WireRequest): Promise<Decoded> {
    const target = request.headers['x-amz-target'];
    if (target === undefined) throw unknownOperation('A request without the header x-amz-target');
    const operation = options.operations.get(target.slice(target.lastIndexOf('.') + 1));
    if (!operation) throw unknownOperation(target);
    const input = await readJson(options, operation, request.body);
    validateInput(operation.input, input);
    return { operation, input };
  }

  function encode(
    operation: OperationSchema,
    output: Record<string, unknown>,
    requestId: string,
  ): WireResponse {
    const body = operation.output.isUnitSchema() ? '{}' : options.payload.write(operation.output, output);
    return { status: 200, headers: { 'content-type': contentType, 'x-amzn-requestid': requestId }, body };
  }

  function encodeError(error: AwsError, requestId: string): WireResponse {
    const wire = wireError(error, options.errors);
    const name = wire.schema?.name ?? COMMON_CODES[error.code] ?? error.code;
    const body = {
      __type: wire.schema?.fullName ?? name,
      message: wire.message,
      ...jsonError(options, wire),
    };
    const headers: Record<string, string> = { 'content-type': contentType, 'x-amzn-requestid': requestId };
    if (wire.schema && wire.schema.queryCode !== wire.schema.name) {
      headers['x-amzn-query-error'] = `${wire.schema.queryCode};${wire.fault}`;
    }
    const status = error.code === 'AccessDenied' ? DENIED_STATUS : wire.status;
    return { status, headers, body: JSON.stringify(body) };
  }

  return { decode, encode, encodeError };
}

async function readJson(
  options: CodecOptions,
  operation: OperationSchema,
  body: Buffer,
): Promise<Record<string, unknown>> {
  if (operation.input.isUnitSchema() || body.length === 0) return {};
  try {
    return (await options.payload.read(operation.input, body)) as Record<string, unknown>;
  } catch (cause) {
    throw undecodable(`The JSON body of ${operation.name}`, cause);
  }
}

/** The members of an error as plain JSON, in the wire's form of dates and binary data. */
export function jsonError(options: CodecOptions, wire: ReturnType<typeof wireError>): object {
  if (!wire.schema) return wire.fields;
  const bytes = options.payload.write(wire.schema.members, errorMembers(wire));
  return JSON.parse(Buffer.from(bytes).toString()) as object;
}
