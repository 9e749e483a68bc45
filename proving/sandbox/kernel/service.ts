/** How a part offers AWS operations. The wire decodes, authorizes, calls and encodes; a part has semantics only. */

import type { PolicyDocument } from '../../twin/iam/index.ts';

export interface Principal {
  readonly arn: string;
  /** `user`: the operator's throw-away key, allowed everything. `role`: checked against its policies. */
  readonly kind: 'user' | 'role';
  readonly roleName: string | null;
  readonly sessionName: string | null;
  /** `aws:userid`. */
  readonly userId: string;
}

export interface Call {
  readonly service: string;
  readonly operation: string;
  readonly principal: Principal;
  readonly requestId: string;
  readonly accessKeyId: string;
}

/** One (action, resource) pair a call needs, as IAM sees it. */
export interface Authorization {
  /** e.g. `rds:FailoverDBCluster`. */
  readonly action: string;
  /** An ARN, or `*` for actions without resource types (and for list calls without an identifier). */
  readonly resource: string;
  /** Condition keys of this request, e.g. `{ 'dynamodb:LeadingKeys': ['outcome#shop'] }`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy that stands on the resource itself, where it has one: it may allow what the caller's own does not. */
  readonly resourcePolicy?: PolicyDocument | null;
}

export interface Operation<I = never, O = unknown> {
  /** An operation without this map is denied. */
  authorize(input: I, call: Call): readonly Authorization[];
  handle(input: I, call: Call): Promise<O> | O;
}

export interface AwsService {
  /** The SigV4 signing name, e.g. `rds`, `monitoring`, `dynamodb`. */
  readonly signingName: string;
  /** The SDK package's namespace: its operation and error schemas drive the codec. */
  readonly sdk: Readonly<Record<string, unknown>>;
  /** A client of that package; its protocol decides the codec. */
  readonly client: unknown;
  readonly operations: Readonly<Record<string, Operation>>;
}

/** Helper that keeps an operation's input and output typed where it is written. */
export function operation<I, O>(op: Operation<I, O>): Operation {
  return op;
}

/**
 * An error as AWS answers it. `code` is the wire code (`DBClusterNotFoundFault`, `ValidationException`, ...);
 * `status` the HTTP status, 400 unless given. `fields` are the further members of the error's shape.
 */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; fields?: Record<string, unknown> } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = options.status ?? 400;
    this.fields = options.fields ?? {};
  }
}
