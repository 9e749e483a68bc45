/** Picks the codec of a service by the protocol its SDK client speaks. */

import type { NormalizedSchema } from '@smithy/core/schema';
import { UnderstudyError } from '../../../core/errors.ts';
import type { AwsService } from '../kernel/index.ts';
import { jsonCodec } from './codec-json.ts';
import { queryCodec } from './codec-query.ts';
import { restCodec } from './codec-rest.ts';
import type { Codec, WireRequest } from './message.ts';
import { type ErrorSchema, type OperationSchema, errorSchemas, operationSchemas } from './schema.ts';

/** The payload serializers of the client's own protocol, so that both directions are one implementation. */
export interface Payload {
  read(schema: NormalizedSchema, body: Uint8Array): Promise<unknown>;
  write(schema: NormalizedSchema, value: unknown): string | Uint8Array;
}

export interface CodecOptions {
  readonly shapeId: string;
  readonly xmlNamespace: string | undefined;
  readonly operations: ReadonlyMap<string, OperationSchema>;
  readonly errors: ReadonlyMap<string, ErrorSchema>;
  readonly payload: Payload;
  readonly isImplemented: (operation: string) => boolean;
  /** Buckets are the first part of the path, which the schemas' routes leave out. */
  readonly isS3: boolean;
}

interface PayloadCodec {
  createSerializer(): { write(schema: unknown, value: unknown): void; flush(): string | Uint8Array };
  createDeserializer(): { read(schema: unknown, body: Uint8Array): unknown };
}

interface ClientProtocol {
  getShapeId(): string;
  getPayloadCodec(): PayloadCodec;
}

interface SdkClient {
  readonly config: {
    readonly protocol: ClientProtocol;
    readonly protocolSettings?: { readonly xmlNamespace?: string };
  };
}

export interface ServiceCodecs {
  readonly operations: ReadonlyMap<string, OperationSchema>;
  /** The codec for this request: older tools speak awsQuery to services whose SDK has moved on to JSON. */
  forRequest(request: WireRequest): Codec;
}

export function codecsOf(service: AwsService): ServiceCodecs {
  const { config } = service.client as SdkClient;
  const options: CodecOptions = {
    shapeId: config.protocol.getShapeId(),
    xmlNamespace: config.protocolSettings?.xmlNamespace,
    operations: operationSchemas(service.sdk),
    errors: errorSchemas(service.sdk),
    payload: payloadOf(config.protocol),
    isImplemented: (name) => Object.hasOwn(service.operations, name),
    isS3: service.signingName === 's3',
  };
  const native = nativeCodec(options, service.signingName);
  const query = options.shapeId.includes('awsJson') ? queryCodec(options) : native;
  return {
    operations: options.operations,
    forRequest: (request) => (isQueryRequest(request) ? query : native),
  };
}

function nativeCodec(options: CodecOptions, signingName: string): Codec {
  switch (options.shapeId) {
    case 'aws.protocols#awsQuery':
      return queryCodec(options);
    case 'aws.protocols#awsJson1_0':
    case 'aws.protocols#awsJson1_1':
      return jsonCodec(options);
    case 'aws.protocols#restXml':
    case 'aws.protocols#restJson1':
      return restCodec(options);
    default:
      throw new UnderstudyError(
        `The client of '${signingName}' speaks ${options.shapeId}, which the wire has no codec for. ` +
          'Fix: pin the client to a version that speaks awsQuery, awsJson, restXml or restJson1, or add a codec.',
        { code: 'unknown-wire-protocol', advice: 'give-up' },
      );
  }
}

function isQueryRequest(request: WireRequest): boolean {
  return (
    request.headers['x-amz-target'] === undefined &&
    (request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')
  );
}

function payloadOf(protocol: ClientProtocol): Payload {
  return {
    async read(schema, body) {
      return await protocol.getPayloadCodec().createDeserializer().read(schema, body);
    },
    write(schema, value) {
      const serializer = protocol.getPayloadCodec().createSerializer();
      serializer.write(schema, value);
      const body = serializer.flush();
      // The JSON serializer's own kind of byte array warns when it is taken for a string.
      return typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    },
  };
}
