/** Which schema, code and status an AwsError has on the wire of a service. */

import { AwsError } from '../kernel/index.ts';
import type { ErrorSchema } from './schema.ts';

export interface WireError {
  readonly schema: ErrorSchema | null;
  readonly status: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly fault: 'Sender' | 'Receiver';
}

const STATUS_UNSET = 400;

export function wireError(error: AwsError, schemas: ReadonlyMap<string, ErrorSchema>): WireError {
  const schema = schemas.get(error.code) ?? null;
  const status = error.status === STATUS_UNSET ? (schema?.status ?? error.status) : error.status;
  return {
    schema,
    status,
    message: error.message,
    fields: error.fields,
    fault: status < 500 ? 'Sender' : 'Receiver',
  };
}

/** The members of an error's shape, with the message under the name the shape has for it. */
export function errorMembers(error: WireError): Record<string, unknown> {
  const members: Record<string, unknown> = { ...error.fields };
  for (const [name] of error.schema?.members.structIterator() ?? []) {
    if (name.toLowerCase() === 'message') members[name] = error.message;
  }
  return members;
}

export function unknownOperation(what: string): AwsError {
  return new AwsError('UnknownOperationException', `${what} is no operation of this service`, {
    status: 501,
  });
}

/** Turns whatever a deserializer threw into an answer that says what could not be read. */
export function undecodable(what: string, cause: unknown): AwsError {
  if (cause instanceof AwsError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AwsError('ValidationException', `${what} cannot be read: ${reason}`);
}
