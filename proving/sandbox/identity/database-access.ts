/** The permission behind IAM database authentication. */

import type { Identity, Principal, World } from '../kernel/index.ts';

export interface DatabaseLogin {
  readonly principal: Principal;
  /** Of the cluster or instance, e.g. `cluster-ABCDEFGH`. */
  readonly resourceId: string;
  readonly databaseUser: string;
}

export function databaseUserArn(world: World, login: Omit<DatabaseLogin, 'principal'>): string {
  const { resourceId, databaseUser } = login;
  return `arn:${world.partition}:rds-db:${world.region}:${world.accountId}:dbuser:${resourceId}/${databaseUser}`;
}

/**
 * Checks `rds-db:connect`.
 * @throws AwsError `AccessDenied`
 */
export function authorizeDatabaseLogin(world: World, identity: Identity, login: DatabaseLogin): void {
  const resource = databaseUserArn(world, login);
  identity.authorize(login.principal, [{ action: 'rds-db:connect', resource }]);
}
