/** Who may log in to a replication group with which token. */

import { refusePresigned } from '../identity/presigned-token.ts';
import type { Shared } from './group-settings.ts';
import type { LoginVerdict } from './host-protocol.ts';

/** Both of them are asked for, as on AWS: the group and the user. */
const CONNECT = 'elasticache:Connect';

/** @param userGroupIds of the replication group */
export async function verifyLogin(
  shared: Shared,
  group: { readonly id: string; readonly userGroupIds: readonly string[] },
  login: { readonly user: string; readonly password: string },
): Promise<LoginVerdict> {
  const { world, registry, identity } = shared;
  const user = registry.usersOf(group.userGroupIds).find(({ name }) => name === login.user);
  if (user !== undefined && user.authentication.type !== 'iam') return 'not-iam';
  const rules = {
    service: 'elasticache',
    name: 'IAM authentication token',
    userParameter: 'User',
    hosts: [group.id],
    port: null,
    user: login.user,
    region: world.region,
    authorizations: [
      { action: CONNECT, resource: registry.arn('replicationgroup', group.id) },
      { action: CONNECT, resource: registry.arn('user', user?.id ?? login.user) },
    ],
    now: world.now(),
  };
  const reason =
    user === undefined
      ? 'the user is in no user group of the replication group'
      : await refusePresigned(login.password, rules, identity);
  if (reason === null) return 'good';
  world.log('elasticache', 'a login was refused', { group: group.id, user: login.user, reason });
  return 'refused';
}
