/** The roles and customer-managed policies of the account. */

import { randomBytes } from 'node:crypto';
import { type PolicyDocument, type PolicyKind, policyFaults } from '../../twin/iam/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import { AWS_MANAGED_POLICIES } from './managed-policies.ts';

export interface Role {
  readonly name: string;
  readonly arn: string;
  /** `AROA...`; a role made again under the same name has another one. */
  readonly id: string;
  trust: PolicyDocument;
  /** Longest session, seconds. */
  maxSessionS: number;
  boundaryArn: string | null;
  readonly managedArns: Set<string>;
  readonly inline: Map<string, PolicyDocument>;
}

export interface NewRole {
  readonly name: string;
  readonly path: string;
  readonly trust: PolicyDocument;
  readonly maxSessionS: number;
  readonly boundaryArn: string | null;
}

export interface Directory {
  /** @throws AwsError `EntityAlreadyExists` */
  createRole(role: NewRole): Role;
  deleteRole(name: string): void;
  roleByName(name: string): Role | undefined;
  roleByArn(arn: string): Role | undefined;
  /** @throws AwsError `NoSuchEntity` */
  needRole(name: string): Role;
  putManagedPolicy(arn: string, document: PolicyDocument): void;
  deleteManagedPolicy(arn: string): void;
  managedPolicy(arn: string): PolicyDocument | undefined;
  /** @throws AwsError `NoSuchEntity` naming the managed policies there are. */
  needManagedPolicy(arn: string): PolicyDocument;
}

export function createDirectory(world: World): Directory {
  const roles = new Map<string, Role>();
  const managed = new Map<string, PolicyDocument>(Object.entries(AWS_MANAGED_POLICIES));
  return {
    createRole({ name, path, ...rest }) {
      if (roles.has(name)) throw alreadyExists('Role', name);
      const role: Role = {
        ...rest,
        name,
        id: uniqueId('AROA'),
        arn: `arn:${world.partition}:iam::${world.accountId}:role${path}${name}`,
        managedArns: new Set(),
        inline: new Map(),
      };
      roles.set(name, role);
      return role;
    },
    deleteRole: (name) => void roles.delete(name),
    roleByName: (name) => roles.get(name),
    roleByArn: (arn) => [...roles.values()].find((role) => role.arn === arn),
    needRole(name) {
      const role = roles.get(name);
      if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
      return role;
    },
    putManagedPolicy: (arn, document) => void managed.set(arn, document),
    deleteManagedPolicy: (arn) => void managed.delete(arn),
    managedPolicy: (arn) => managed.get(arn),
    needManagedPolicy(arn) {
      const document = managed.get(arn);
      if (document) return document;
      throw noSuchEntity(
        `Policy ${arn} does not exist or is not attachable. The sandbox has: ${[...managed.keys()].join(', ')}.`,
      );
    },
  };
}

/** @throws AwsError `MalformedPolicyDocument` listing every fault. */
export function needPolicy(document: unknown, kind: PolicyKind, where: string): PolicyDocument {
  const faults = policyFaults(document, kind);
  if (faults.length === 0) return document as PolicyDocument;
  throw new AwsError('MalformedPolicyDocument', `${where}: ${faults.join('; ')}.`);
}

export function alreadyExists(kind: 'Role' | 'Policy', name: string): AwsError {
  return new AwsError('EntityAlreadyExists', `${kind} with name ${name} already exists.`, { status: 409 });
}

/** A prefix and 17 characters, as IAM's unique ids have them. */
export function uniqueId(prefix: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return prefix + Array.from(randomBytes(17), (byte) => alphabet[byte % alphabet.length]).join('');
}

function noSuchEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, { status: 404 });
}
