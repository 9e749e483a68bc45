/** Checks what a call needs against what the caller's role has, and remembers what was denied. */

import { type Decision, type Limit, type PolicyDocument, evaluateAccess } from '../../twin/iam/index.ts';
import { type Authorization, AwsError, type Identity, type Principal, type World } from '../kernel/index.ts';
import type { Directory, Role } from './directory.ts';
import type { Keys } from './keys.ts';

export type Denial = Required<Identity['denials'][number]>;

/** Older denials are forgotten beyond this many. */
const DENIALS_KEPT_MAX = 10_000;

export interface Authorizer {
  authorize(principal: Principal, requests: readonly Authorization[]): void;
  /** Remembers a call that something other than the caller's own policies refused: a trust policy. */
  remember(principal: Principal, refused: Authorization): void;
  /** Remembers a call that a resource's policy refused to a service. */
  refused(service: string, request: Authorization): void;
  readonly denials: readonly Denial[];
}

export interface AuthorizerDeps {
  readonly directory: Directory;
  readonly keys: Keys;
  /** The function that runs as a role; null for a role that no function has. */
  functionOf(roleArn: string): string | null;
}

export function createAuthorizer(world: World, deps: AuthorizerDeps): Authorizer {
  const denials: Denial[] = [];

  function keep(caller: Pick<Denial, 'principal' | 'function'>, { action, resource }: Authorization): void {
    denials.push({ at: world.now(), ...caller, action, resource });
    if (denials.length > DENIALS_KEPT_MAX) denials.shift();
  }

  function remember(principal: Principal, request: Authorization): void {
    keep({ principal: principal.arn, function: callingFunction(deps, principal) }, request);
  }

  function decide(principal: Principal, request: Authorization): Decision {
    const role = currentRole(deps.directory, principal);
    if (!role) return { outcome: 'implicitly-denied', by: 'identity-based policy' };
    return evaluateAccess(
      {
        identity: identityPolicies(deps.directory, role),
        limits: limitsOf(deps, role, principal),
        resource: request.resourcePolicy ?? null,
      },
      { accountId: world.accountId, arn: principal.arn, roleArn: role.arn, service: null },
      {
        action: request.action,
        resource: request.resource,
        // There is one account, so every resource is in it.
        resourceAccountId: world.accountId,
        context: { ...globalContext(world, principal, role), ...request.context },
      },
    );
  }

  return {
    denials,
    remember,
    refused: (service, request) => keep({ principal: service, function: null }, request),
    authorize(principal, requests) {
      if (principal.kind === 'user') return;
      for (const request of requests) {
        const decision = decide(principal, request);
        if (decision.outcome === 'allowed') continue;
        remember(principal, request);
        throw accessDenied(principal.arn, request, decision);
      }
    },
  };
}

/** None when the role is gone, or was made again under the same name: old sessions have no rights then. */
function currentRole(directory: Directory, principal: Principal): Role | undefined {
  const role = principal.roleName === null ? undefined : directory.roleByName(principal.roleName);
  return role && principal.userId.startsWith(`${role.id}:`) ? role : undefined;
}

function callingFunction({ directory, functionOf }: AuthorizerDeps, principal: Principal): string | null {
  const role = currentRole(directory, principal);
  return role === undefined ? null : functionOf(role.arn);
}

function identityPolicies(directory: Directory, role: Role): PolicyDocument[] {
  const managed = [...role.managedArns].map((arn) => directory.managedPolicy(arn));
  return [...role.inline.values(), ...managed.filter((document) => document !== undefined)];
}

function limitsOf(
  deps: AuthorizerDeps,
  role: Role,
  principal: Principal,
): { kind: Limit; document: PolicyDocument }[] {
  const limits: { kind: Limit; document: PolicyDocument }[] = [];
  if (role.boundaryArn !== null) {
    // A boundary that no longer exists allows nothing.
    const document = deps.directory.managedPolicy(role.boundaryArn) ?? { Statement: [] };
    limits.push({ kind: 'permissions boundary', document });
  }
  const session = deps.keys.sessionPolicy(principal);
  if (session) limits.push({ kind: 'session policy', document: session });
  return limits;
}

/** Keys every request has. The sandbox's plain HTTP stands for AWS's TLS, so a call counts as secure. */
function globalContext(world: World, principal: Principal, role: Role): Record<string, string> {
  return {
    'aws:PrincipalArn': role.arn,
    'aws:PrincipalAccount': world.accountId,
    'aws:PrincipalType': 'AssumedRole',
    // There is one account, so every resource is in it. The roles of `cdk bootstrap` ask for this key.
    'aws:ResourceAccount': world.accountId,
    'aws:userid': principal.userId,
    'aws:RequestedRegion': world.region,
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:CurrentTime': new Date(world.now()).toISOString(),
    'aws:EpochTime': String(Math.floor(world.now() / 1000)),
  };
}

function accessDenied(arn: string, { action, resource }: Authorization, decision: Decision): AwsError {
  const reason =
    decision.outcome === 'explicitly-denied'
      ? `with an explicit deny in ${decision.by === 'identity-based policy' ? 'an' : 'a'} ${decision.by}`
      : `because no ${decision.by} allows the ${action} action`;
  return new AwsError(
    'AccessDenied',
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    { status: 403 },
  );
}
