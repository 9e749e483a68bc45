/** AWS::IAM::Policy (inline, put on roles) and AWS::IAM::ManagedPolicy. */

import { AwsError, type Enacted, type ResourceProvider, type World } from '../kernel/index.ts';
import type { PolicyDocument } from '../../twin/iam/index.ts';
import { type Directory, type Role, alreadyExists, needPolicy, uniqueId } from './directory.ts';

interface PolicyProperties {
  readonly PolicyName?: string;
  readonly ManagedPolicyName?: string;
  readonly Path?: string;
  readonly PolicyDocument?: unknown;
  readonly Roles?: readonly string[];
  readonly Users?: readonly string[];
  readonly Groups?: readonly string[];
}

const NAME_LENGTH_MAX = 128;

export function createPolicyProvider(directory: Directory): ResourceProvider {
  function put(properties: PolicyProperties, logicalId: string, { document, roles }: Checked): void {
    for (const role of roles) role.inline.set(properties.PolicyName ?? logicalId, document);
  }

  function remove(properties: PolicyProperties, logicalId: string): void {
    const name = properties.PolicyName ?? logicalId;
    for (const role of properties.Roles ?? []) directory.roleByName(role)?.inline.delete(name);
  }

  return {
    type: 'AWS::IAM::Policy',
    replaceOn: [],
    async create(request) {
      const properties = request.properties as PolicyProperties;
      put(properties, request.logicalId, check(directory, properties, request.logicalId));
      return { physicalId: request.generateName(NAME_LENGTH_MAX), attributes: {} };
    },
    async update(request) {
      const { physicalId, logicalId } = request;
      const properties = request.properties as PolicyProperties;
      const checked = check(directory, properties, logicalId);
      remove(request.previous, logicalId);
      put(properties, logicalId, checked);
      return { physicalId, attributes: {} };
    },
    async delete(request) {
      remove(request.properties, request.logicalId);
    },
  };
}

export function createManagedPolicyProvider(world: World, directory: Directory): ResourceProvider {
  function put(arn: string, { document, roles }: Checked): Enacted {
    directory.putManagedPolicy(arn, document);
    for (const role of roles) role.managedArns.add(arn);
    return {
      physicalId: arn,
      attributes: {
        PolicyArn: arn,
        PolicyId: uniqueId('ANPA'),
        IsAttachable: true,
        DefaultVersionId: 'v1',
        AttachmentCount: roles.length,
      },
    };
  }

  function detach(arn: string, properties: PolicyProperties): void {
    for (const role of properties.Roles ?? []) directory.roleByName(role)?.managedArns.delete(arn);
  }

  return {
    type: 'AWS::IAM::ManagedPolicy',
    replaceOn: ['ManagedPolicyName', 'Path', 'Description'],
    async create(request) {
      const properties = request.properties as PolicyProperties;
      const name = properties.ManagedPolicyName ?? request.generateName(NAME_LENGTH_MAX);
      const arn = `arn:${world.partition}:iam::${world.accountId}:policy${properties.Path ?? '/'}${name}`;
      if (directory.managedPolicy(arn)) throw alreadyExists('Policy', name);
      return put(arn, check(directory, properties, request.logicalId));
    },
    async update(request) {
      const checked = check(directory, request.properties, request.logicalId);
      detach(request.physicalId, request.previous);
      return put(request.physicalId, checked);
    },
    async delete(request) {
      detach(request.physicalId, request.properties);
      directory.deleteManagedPolicy(request.physicalId);
    },
  };
}

interface Checked {
  readonly document: PolicyDocument;
  readonly roles: readonly Role[];
}

/** Everything that can be wrong is found before anything is changed. */
function check(directory: Directory, properties: PolicyProperties, logicalId: string): Checked {
  const { Users = [], Groups = [], Roles = [] } = properties;
  if (Users.length + Groups.length > 0) {
    throw new AwsError(
      'InvalidInput',
      `${logicalId} attaches a policy to users or groups, which the sandbox does not have. Attach it to a role.`,
    );
  }
  return {
    document: needPolicy(properties.PolicyDocument, 'identity', `PolicyDocument of ${logicalId}`),
    roles: Roles.map((name) => directory.needRole(name)),
  };
}
