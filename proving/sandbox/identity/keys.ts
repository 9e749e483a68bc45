/** Access keys: the operator's throw-away pair, and the credentials of role sessions, which expire. */

import { randomBytes } from 'node:crypto';
import type { PolicyDocument } from '../../twin/iam/index.ts';
import type { Credentials, Identity, Principal, World } from '../kernel/index.ts';
import { type Role, uniqueId } from './directory.ts';

export interface OperatorKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface SessionRequest {
  readonly sessionName: string;
  readonly durationS: number;
  /** Narrows what the session may do. */
  readonly policy?: PolicyDocument;
}

interface Key {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Epoch ms; null for the operator's. */
  readonly expiresAt: number | null;
}

export interface Keys {
  readonly operator: OperatorKey;
  issue(role: Role, session: SessionRequest): Credentials;
  lookup: Identity['lookup'];
  sessionPolicy(principal: Principal): PolicyDocument | null;
}

const OPERATOR_NAME = 'operator';

export function createKeys(world: World): Keys {
  const keys = new Map<string, Key>();
  const policies = new WeakMap<Principal, PolicyDocument>();
  const operator: OperatorKey = { accessKeyId: uniqueId('AKIA'), secretAccessKey: secret(30) };
  keys.set(operator.accessKeyId, {
    principal: operatorPrincipal(world),
    secretAccessKey: operator.secretAccessKey,
    sessionToken: null,
    expiresAt: null,
  });

  function dropExpired(): void {
    for (const [id, { expiresAt }] of keys) {
      if (expiresAt !== null && expiresAt <= world.now()) keys.delete(id);
    }
  }

  return {
    operator,
    issue(role, { sessionName, durationS, policy }) {
      dropExpired();
      const expiration = new Date(world.now() + durationS * 1000);
      const credentials: Credentials = {
        accessKeyId: uniqueId('ASIA'),
        secretAccessKey: secret(30),
        sessionToken: secret(120),
        expiration,
      };
      const principal = sessionPrincipal(world, role, sessionName);
      if (policy) policies.set(principal, policy);
      keys.set(credentials.accessKeyId, {
        ...credentials,
        principal,
        expiresAt: expiration.getTime(),
      });
      return credentials;
    },
    lookup(accessKeyId) {
      const key = keys.get(accessKeyId);
      if (!key || (key.expiresAt !== null && key.expiresAt <= world.now())) return undefined;
      return {
        principal: key.principal,
        secretAccessKey: key.secretAccessKey,
        sessionToken: key.sessionToken,
      };
    },
    sessionPolicy: (principal) => policies.get(principal) ?? null,
  };
}

function operatorPrincipal(world: World): Principal {
  return {
    arn: `arn:${world.partition}:iam::${world.accountId}:user/${OPERATOR_NAME}`,
    kind: 'user',
    roleName: null,
    sessionName: null,
    userId: uniqueId('AIDA'),
  };
}

function sessionPrincipal(world: World, role: Role, sessionName: string): Principal {
  return {
    arn: `arn:${world.partition}:sts::${world.accountId}:assumed-role/${role.name}/${sessionName}`,
    kind: 'role',
    roleName: role.name,
    sessionName,
    userId: `${role.id}:${sessionName}`,
  };
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}
