export { type AccessPolicies, type AccessRequest, evaluateAccess } from './access.ts';
export { type PolicyKind, policyFaults } from './check.ts';
export { type Decision, type Limit, type Policies, evaluate, judge } from './evaluate.ts';
export { type Caller, judgeForCaller } from './trust.ts';
export {
  type Outcome,
  type PolicyDocument,
  type PolicyRequest,
  type PolicyStatement,
  type RequestContext,
  listOf,
} from './types.ts';
