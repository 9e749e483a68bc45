import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import { APPLICATION_ACCESS, FRONT_ACCESS, PROBER_ACCESS } from '../../../core/cache/access.ts';
import {
  CACHE_FRONT_USER,
  CACHE_PROBE_USER,
  cacheDefaultUserId,
  cacheUser,
  cacheUserGroupId,
} from '../../../core/naming.ts';

export interface CacheUsersProps {
  readonly environmentName: string;
  readonly applications: readonly string[];
}

/**
 * `redis` is the kind of user that may be without a password, and a replication group of Valkey takes groups of
 * either kind: a group of the kind `valkey` could not hold a `default` user that nobody has a password of.
 */
const USER_ENGINE = 'redis';
/** Of the user `default`: whoever logs in without a name is refused. */
const NO_ACCESS = 'off -@all';

/** Who may log in to the shards, all by IAM tokens: no password exists, not even a secret one. */
export class CacheUsers extends Construct {
  readonly group: elasticache.CfnUserGroup;

  constructor(scope: Construct, id: string, { environmentName, applications }: CacheUsersProps) {
    super(scope, id);
    const byToken = [
      ...applications.map((name) => [name, APPLICATION_ACCESS] as const),
      [CACHE_FRONT_USER, FRONT_ACCESS] as const,
      [CACHE_PROBE_USER, PROBER_ACCESS] as const,
    ];
    const users = byToken.map(([name, accessString]) => {
      const userId = cacheUser(environmentName, name);
      // A login by IAM wants both names alike.
      return this.user(name, { userId, userName: userId, accessString, type: 'iam' });
    });
    const nobody = this.user('default', {
      userId: cacheDefaultUserId(environmentName),
      userName: 'default',
      accessString: NO_ACCESS,
      type: 'no-password-required',
    });
    this.group = new elasticache.CfnUserGroup(this, 'Group', {
      engine: USER_ENGINE,
      userGroupId: cacheUserGroupId(environmentName),
      userIds: [nobody, ...users].map(({ ref }) => ref),
    });
    this.node.defaultChild = this.group;
  }

  private user(
    id: string,
    user: { userId: string; userName: string; accessString: string; type: 'iam' | 'no-password-required' },
  ): elasticache.CfnUser {
    const { type, ...named } = user;
    return new elasticache.CfnUser(this, `User-${id}`, {
      ...named,
      engine: USER_ENGINE,
      authenticationMode: { Type: type },
    });
  }
}
