/** The principals of functions' roles, for what Lambda does with a function's rights rather than its own. */

import { AwsError, type Identity, type Principal, type World } from '../kernel/index.ts';

const SESSION_S = 3600;
const MARGIN_MS = 60_000;

export class RolePrincipals {
  readonly #world: World;
  readonly #identity: Identity;
  readonly #known = new Map<string, { principal: Principal; until: number }>();

  constructor(world: World, identity: Identity) {
    this.#world = world;
    this.#identity = identity;
  }

  /** @throws AwsError for a role that is not there */
  of(roleArn: string): Principal {
    const known = this.#known.get(roleArn);
    if (known && known.until > this.#world.now()) return known.principal;
    const { accessKeyId, expiration } = this.#identity.issueForRole(roleArn, 'lambda', SESSION_S);
    const found = this.#identity.lookup(accessKeyId);
    if (!found) {
      throw new AwsError(
        'InvalidParameterValueException',
        'The role defined for the function cannot be assumed by Lambda.',
      );
    }
    this.#known.set(roleArn, { principal: found.principal, until: expiration.getTime() - MARGIN_MS });
    return found.principal;
  }
}
