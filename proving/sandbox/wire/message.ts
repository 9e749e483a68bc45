/** An HTTP exchange as the codecs see it: no sockets, so that codecs can be tested on their own. */

import type { AwsError } from '../kernel/index.ts';
import type { OperationSchema } from './schema.ts';

export interface WireRequest {
  readonly method: string;
  /** As sent: still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case; a repeated header is joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export interface Decoded {
  readonly operation: OperationSchema;
  readonly input: Record<string, unknown>;
}

/** One wire protocol, in the server's direction. */
export interface Codec {
  /**
   * @throws AwsError `UnknownOperationException` (501) when the request names no operation of the service;
   * `ValidationException` when its input cannot be read.
   */
  decode(request: WireRequest): Promise<Decoded>;
  encode(operation: OperationSchema, output: Record<string, unknown>, requestId: string): WireResponse;
  encodeError(error: AwsError, requestId: string): WireResponse;
}
