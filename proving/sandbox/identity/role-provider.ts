/** AWS::IAM::Role. */

import type { PolicyDocument } from '../../twin/iam/index.ts';
import type { Enacted, ResourceProvider, ResourceRequest } from '../kernel/index.ts';
import { type Directory, type Role, needPolicy } from './directory.ts';

interface InlinePolicy {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

interface RoleProperties {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument?: unknown;
  readonly ManagedPolicyArns?: readonly string[];
  readonly PermissionsBoundary?: string;
  readonly MaxSessionDuration?: number | string;
  readonly Policies?: readonly InlinePolicy[];
}

const NAME_LENGTH_MAX = 64;
const SESSION_S_DEFAULT = 3600;

export function createRoleProvider(directory: Directory): ResourceProvider {
  return {
    type: 'AWS::IAM::Role',
    replaceOn: ['RoleName', 'Path'],
    async create(request) {
      const properties = request.properties as RoleProperties;
      const checked = check(directory, request);
      const role = directory.createRole({
        name: properties.RoleName ?? request.generateName(NAME_LENGTH_MAX),
        path: properties.Path ?? '/',
        ...checked.settings,
      });
      apply(role, properties, checked.inline);
      return enacted(role);
    },
    async update(request) {
      const role = directory.needRole(request.physicalId);
      const checked = check(directory, request);
      const previous = request.previous as RoleProperties;
      // Policies that AWS::IAM::Policy attached to the role stay.
      for (const { PolicyName } of previous.Policies ?? []) role.inline.delete(PolicyName);
      for (const arn of previous.ManagedPolicyArns ?? []) role.managedArns.delete(arn);
      Object.assign(role, checked.settings);
      apply(role, request.properties, checked.inline);
      return enacted(role);
    },
    async delete(request) {
      directory.deleteRole(request.physicalId);
    },
  };
}

interface Checked {
  readonly settings: { trust: PolicyDocument; maxSessionS: number; boundaryArn: string | null };
  readonly inline: readonly (readonly [name: string, document: PolicyDocument])[];
}

/** Everything that can be wrong is found before anything is changed. */
function check(directory: Directory, request: ResourceRequest): Checked {
  const properties = request.properties as RoleProperties;
  const boundaryArn = properties.PermissionsBoundary ?? null;
  for (const arn of properties.ManagedPolicyArns ?? []) directory.needManagedPolicy(arn);
  if (boundaryArn !== null) directory.needManagedPolicy(boundaryArn);
  return {
    settings: {
      trust: needPolicy(
        properties.AssumeRolePolicyDocument,
        'trust',
        `AssumeRolePolicyDocument of ${request.logicalId}`,
      ),
      maxSessionS: Number(properties.MaxSessionDuration ?? SESSION_S_DEFAULT),
      boundaryArn,
    },
    inline: (properties.Policies ?? []).map(({ PolicyName, PolicyDocument }) => [
      PolicyName,
      needPolicy(PolicyDocument, 'identity', `Policy ${PolicyName} of ${request.logicalId}`),
    ]),
  };
}

function apply(role: Role, properties: RoleProperties, inline: Checked['inline']): void {
  for (const arn of properties.ManagedPolicyArns ?? []) role.managedArns.add(arn);
  for (const [name, document] of inline) role.inline.set(name, document);
}

function enacted(role: Role): Enacted {
  return { physicalId: role.name, attributes: { Arn: role.arn, RoleId: role.id } };
}
