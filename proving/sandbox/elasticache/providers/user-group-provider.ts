/** AWS::ElastiCache::UserGroup: who may log in to the replication groups that name it. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import type { Registry, UserGroup } from '../registry.ts';

const ENGINES = ['redis', 'valkey'] as const;
const DEFAULT_USER = 'default';

export function userGroupProvider(registry: Registry): ResourceProvider {
  return {
    type: 'AWS::ElastiCache::UserGroup',
    replaceOn: ['UserGroupId'],
    async create(request) {
      const group = read(request, registry);
      if (registry.userGroups.has(group.id)) {
        throw new AwsError('UserGroupAlreadyExists', `User group ${group.id} already exists.`);
      }
      registry.userGroups.set(group.id, group);
      return enacted(registry, group);
    },
    async update(request) {
      const group = read(request, registry);
      registry.userGroups.set(group.id, group);
      await registry.usersChanged();
      return enacted(registry, group);
    },
    async delete({ physicalId }) {
      const users = [...registry.groups.values()].find(({ settings }) =>
        settings.userGroupIds.includes(physicalId),
      );
      if (users !== undefined) {
        const message = `User group ${physicalId} is used by replication group ${users.settings.id}.`;
        throw new AwsError('InvalidUserGroupState', message);
      }
      registry.userGroups.delete(physicalId);
    },
  };
}

function read(request: ResourceRequest, registry: Registry): UserGroup {
  const properties = new Properties(request, request.properties);
  properties.only(['Engine', 'Tags', 'UserGroupId', 'UserIds']);
  const engine = properties.oneOf('Engine', ENGINES);
  if (engine === undefined) throw properties.fault('Engine', 'is required');
  const userIds = properties.list('UserIds').map((id) => String(id).toLowerCase());
  const unknown = userIds.find((id) => !registry.users.has(id));
  if (unknown !== undefined)
    throw new AwsError('UserNotFound', `User ${unknown} not found.`, { status: 404 });
  const names = userIds.map((id) => registry.users.get(id)?.name ?? '');
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AwsError('DuplicateUserName', `The user name ${twice} is there twice.`);
  // A user group of Redis OSS says what somebody without a name may do; Valkey's may leave it out.
  if (engine === 'redis' && !names.includes(DEFAULT_USER)) {
    throw new AwsError('DefaultUserRequired', 'A user with the user name default must be in the user group.');
  }
  const id = properties.requiredText('UserGroupId').toLowerCase();
  return { id, userIds, engine, tags: mergedTags(request) };
}

function enacted(registry: Registry, { id }: UserGroup): Enacted {
  return { physicalId: id, attributes: { Arn: registry.arn('usergroup', id), Status: 'active' } };
}
