/** Policies that name principals: a role's trust policy, a bucket's or a secret's own policy. */

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

export function judgeForCaller(document: PolicyDocument, caller: Caller, request: PolicyRequest): Outcome {
  let outcome: Outcome = 'implicitly-denied';
  const hasVariables = document.Version === '2012-10-17';
  for (const statement of listOf(document.Statement)) {
    if (!principalApplies(statement, caller) || !statementApplies(statement, request, hasVariables)) continue;
    if (statement.Effect === 'Deny') return 'explicitly-denied';
    outcome = 'allowed';
  }
  return outcome;
}

function principalApplies(statement: PolicyStatement, caller: Caller): boolean {
  if (statement.NotPrincipal !== undefined) return !names(statement.NotPrincipal, caller);
  return statement.Principal !== undefined && names(statement.Principal, caller);
}

function names(principal: NonNullable<PolicyStatement['Principal']>, caller: Caller): boolean {
  if (typeof principal === 'string') return principal === '*';
  const services = listOf(principal['Service']);
  if (caller.service !== null) return services.includes(caller.service);
  return listOf(principal['AWS']).some(
    (name) =>
      name === '*' ||
      name === caller.accountId ||
      name === caller.arn ||
      name === caller.roleArn ||
      /^arn:[^:]+:iam::(\d+):root$/.exec(name)?.[1] === caller.accountId,
  );
}
