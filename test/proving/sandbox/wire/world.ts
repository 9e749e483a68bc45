/** A world and an identity for tests of the wire alone. */

import os from 'node:os';
import type { Authorization, Identity, Principal, World } from '../../../../proving/sandbox/kernel/index.ts';
import { AwsError } from '../../../../proving/sandbox/kernel/index.ts';

export const REGION = 'us-east-1';
export const OPERATOR_KEY = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'operator-secret' };
export const ROLE_KEY = {
  accessKeyId: 'ASIAROLE',
  secretAccessKey: 'role-secret',
  sessionToken: 'role-token',
};

export function testWorld(overrides: Partial<World> = {}): World & { readonly logged: string[] } {
  const logged: string[] = [];
  return {
    accountId: '123456789012',
    region: REGION,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / 10,
    now: () => Date.now(),
    stateDir: os.tmpdir(),
    unprivileged: null,
    log: (component, message) => void logged.push(`${component}: ${message}`),
    logged,
    ...overrides,
  };
}

const OPERATOR: Principal = {
  arn: 'arn:aws:iam::123456789012:user/operator',
  kind: 'user',
  roleName: null,
  sessionName: null,
  userId: 'AIDAOPERATOR',
};

const ROLE: Principal = {
  arn: 'arn:aws:sts::123456789012:assumed-role/narrow/session',
  kind: 'role',
  roleName: 'narrow',
  sessionName: 'session',
  userId: 'AROANARROW:session',
};

/** Knows two keys; the role may do only what `allowed` lists. */
export function testIdentity(allowed: readonly string[] = []): Identity & { asked: Authorization[] } {
  const asked: Authorization[] = [];
  return {
    asked,
    denials: [],
    issueForRole: () => {
      throw new Error('not part of this test');
    },
    lookup(accessKeyId) {
      if (accessKeyId === OPERATOR_KEY.accessKeyId) {
        return { principal: OPERATOR, secretAccessKey: OPERATOR_KEY.secretAccessKey, sessionToken: null };
      }
      if (accessKeyId === ROLE_KEY.accessKeyId) {
        return {
          principal: ROLE,
          secretAccessKey: ROLE_KEY.secretAccessKey,
          sessionToken: ROLE_KEY.sessionToken,
        };
      }
      return undefined;
    },
    authorize(principal, requests) {
      asked.push(...requests);
      const denied = requests.find(({ action }) => principal.kind === 'role' && !allowed.includes(action));
      if (denied) throw new AwsError('AccessDenied', `not authorized: ${denied.action}`, { status: 403 });
    },
  };
}
