/**
 * The whole question: may this caller do this to a resource that has a policy of its own, in its account or in
 * another one? (IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic")
 */

import { type Decision, type Policies, evaluate, judge } from './evaluate.ts';
import { type Caller, type Naming, grantTo } from './trust.ts';
import type { PolicyDocument, PolicyRequest } from './types.ts';

export interface AccessPolicies extends Policies {
  /** The policy that stands on the resource; null where there is none. */
  readonly resource: PolicyDocument | null;
}

export interface AccessRequest extends PolicyRequest {
  readonly resourceAccountId: string;
}

export function evaluateAccess(policies: AccessPolicies, caller: Caller, request: AccessRequest): Decision {
  const own = evaluate(policies, request);
  if (own.outcome === 'explicitly-denied') return own;
  const grant = policies.resource === null ? null : grantTo(policies.resource, caller, request);
  const byResource = { outcome: grant?.outcome ?? 'implicitly-denied', by: 'resource-based policy' } as const;
  if (byResource.outcome === 'explicitly-denied') return byResource;
  const naming = grant?.naming ?? null;
  // A service acts without policies of its own: the resource alone decides.
  if (caller.service !== null) return byResource;
  if (caller.accountId !== request.resourceAccountId) {
    return own.outcome === 'allowed' && naming === null ? byResource : own;
  }
  return own.outcome === 'allowed' || !suffices(naming, policies, request) ? own : byResource;
}

/**
 * Within one account the resource's policy is enough where it names the caller itself, or its role within every limit
 * of the role. Naming the account only hands the decision to the policies of its identities.
 */
function suffices(naming: Naming | null, { limits = [] }: Policies, request: PolicyRequest): boolean {
  if (naming === 'itself') return true;
  return naming === 'role' && limits.every(({ document }) => judge([document], request) === 'allowed');
}
