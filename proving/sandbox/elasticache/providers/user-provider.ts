/** AWS::ElastiCache::User: a rule of the servers' access control list, with its way to log in. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import { OWN_USER, wrongWord } from '../acl.ts';
import type { CacheUser, Registry } from '../registry.ts';

const ENGINES = ['redis', 'valkey'] as const;
const TYPES = ['iam', 'password', 'no-password-required'] as const;
const PASSWORD = /^\S{16,128}$/;

export function userProvider(registry: Registry): ResourceProvider {
  return {
    type: 'AWS::ElastiCache::User',
    replaceOn: ['Engine', 'UserId', 'UserName'],
    async create(request) {
      const user = read(request);
      if (registry.users.has(user.id))
        throw new AwsError('UserAlreadyExists', `User ${user.id} already exists.`);
      registry.users.set(user.id, user);
      return enacted(registry, user);
    },
    async update(request) {
      const user = read(request);
      registry.users.set(user.id, user);
      await registry.usersChanged();
      return enacted(registry, user);
    },
    async delete({ physicalId }) {
      const holder = [...registry.userGroups.values()].find(({ userIds }) => userIds.includes(physicalId));
      if (holder !== undefined) {
        throw new AwsError('InvalidUserState', `User ${physicalId} is a member of user group ${holder.id}.`);
      }
      registry.users.delete(physicalId);
    },
  };
}

function read(request: ResourceRequest): CacheUser {
  const properties = new Properties(request, request.properties);
  properties.only([
    'AccessString',
    'AuthenticationMode',
    'Engine',
    'NoPasswordRequired',
    'Passwords',
    'Tags',
    'UserId',
    'UserName',
  ]);
  const id = properties.requiredText('UserId').toLowerCase();
  const name = properties.requiredText('UserName');
  const accessString = properties.text('AccessString') ?? '';
  const wrong = wrongWord(accessString);
  if (wrong !== undefined)
    throw properties.fault('AccessString', `${JSON.stringify(wrong)} is no rule of a user`);
  if (name === OWN_USER) throw properties.fault('UserName', 'is the name of a user of the sandbox itself');
  const authentication = authenticationOf(properties);
  if (authentication.type === 'iam' && name !== id) {
    throw properties.fault('UserName', 'must be the UserId for a user with IAM authentication');
  }
  const engine = properties.oneOf('Engine', ENGINES);
  if (engine === undefined) throw properties.fault('Engine', 'is required');
  return { id, name, accessString, authentication, engine, tags: mergedTags(request) };
}

/** AuthenticationMode, or the older NoPasswordRequired and Passwords. */
function authenticationOf(properties: Properties): CacheUser['authentication'] {
  const mode = properties.object('AuthenticationMode');
  const older = properties.boolean('NoPasswordRequired') ? 'no-password-required' : 'password';
  const type = mode === undefined ? older : mode.oneOf('Type', TYPES);
  if (type === undefined) throw properties.fault('AuthenticationMode', 'needs a Type');
  const passwords = (mode ?? properties).list('Passwords').map(String);
  const isWrong = type === 'password' ? passwords.length === 0 : passwords.length > 0;
  if (isWrong || passwords.some((password) => !PASSWORD.test(password))) {
    const rule = 'one or two of 16 to 128 characters for a user of type password, else none';
    throw properties.fault('AuthenticationMode', `the passwords break the rule: ${rule}`);
  }
  return { type, passwords };
}

function enacted(registry: Registry, { id }: CacheUser): Enacted {
  return { physicalId: id, attributes: { Arn: registry.arn('user', id), Status: 'active' } };
}
