/** Policies that name principals: a role's trust policy, a bucket's, a secret's, a topic's or a queue's own policy. */

import { statementApplies } from './evaluate.ts';
import {
  type Outcome,
  type PolicyDocument,
  type PolicyRequest,
  type PolicyStatement,
  listOf,
} from './types.ts';

export interface Caller {
  readonly accountId: string;
  /** The ARN of a user, or of a role session; null for a service. */
  readonly arn: string | null;
  /** The ARN of the role behind a session. */
  readonly roleArn: string | null;
  /** `lambda.amazonaws.com`; null for users and roles. */
  readonly service: string | null;
}

/** How closely a policy names a caller: by its own ARN, by its role (or as one of all), or by its account alone. */
export type Naming = 'itself' | 'role' | 'account';

export function judgeForCaller(document: PolicyDocument, caller: Caller, request: PolicyRequest): Outcome {
  return grantTo(document, caller, request).outcome;
}

/** As `judgeForCaller`, with the closest naming of the statements that allow; null where none does. */
export function grantTo(
  document: PolicyDocument,
  caller: Caller,
  request: PolicyRequest,
): { readonly outcome: Outcome; readonly naming: Naming | null } {
  const hasVariables = document.Version === '2012-10-17';
  const found = new Set<Naming>();
  for (const statement of listOf(document.Statement)) {
    const naming = namingBy(statement, caller);
    if (naming === null || !statementApplies(statement, request, hasVariables)) continue;
    if (statement.Effect === 'Deny') return { outcome: 'explicitly-denied', naming: null };
    found.add(naming);
  }
  const naming = NAMINGS.find((one) => found.has(one)) ?? null;
  return { outcome: naming === null ? 'implicitly-denied' : 'allowed', naming };
}

/** The closest first. */
const NAMINGS: readonly Naming[] = ['itself', 'role', 'account'];

/** Null where the statement is not about the caller. */
function namingBy(statement: PolicyStatement, caller: Caller): Naming | null {
  if (statement.NotPrincipal !== undefined) {
    return names(statement.NotPrincipal, caller) === null ? 'role' : null;
  }
  return statement.Principal === undefined ? null : names(statement.Principal, caller);
}

/** `*` is everyone, services too, whether written alone or as an AWS principal. */
function names(principal: NonNullable<PolicyStatement['Principal']>, caller: Caller): Naming | null {
  const listed = typeof principal === 'string' ? [principal] : listOf(principal['AWS']);
  if (listed.includes('*')) return caller.roleArn === null ? 'itself' : 'role';
  if (typeof principal === 'string') return null;
  if (caller.service !== null) {
    return listOf(principal['Service']).includes(caller.service) ? 'itself' : null;
  }
  if (caller.arn !== null && listed.includes(caller.arn)) return 'itself';
  if (caller.roleArn !== null && listed.includes(caller.roleArn)) return 'role';
  const isOfAccount = (name: string): boolean =>
    name === caller.accountId || /^arn:[^:]+:iam::(\d+):root$/.exec(name)?.[1] === caller.accountId;
  return listed.some(isOfAccount) ? 'account' : null;
}
