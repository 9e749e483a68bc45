/** ElastiCache's users as rules of the server's access control list. */

import type { CacheUser } from './registry.ts';

/** The sandbox's own user: administers the server, and is what replicas log in as. */
export const OWN_USER = 'understudy-sandbox';

export interface AclUser {
  readonly name: string;
  /** In the order in which the server applies them. */
  readonly rules: readonly string[];
}

/**
 * A user with IAM authentication has the node's internal password, which the front gives for a good token; one with
 * passwords has its own.
 */
export function aclUser(user: CacheUser, internalPassword: string): AclUser {
  const { type, passwords } = user.authentication;
  const secrets = {
    iam: [`>${internalPassword}`],
    password: passwords.map((one) => `>${one}`),
    'no-password-required': ['nopass'],
  };
  return { name: user.name, rules: ['reset', ...secrets[type], ...words(user.accessString)] };
}

export function ownUser(password: string): AclUser {
  return { name: OWN_USER, rules: ['reset', 'on', `>${password}`, '~*', '&*', '+@all'] };
}

/** Nobody is let in without a login, unless a user `default` says otherwise. */
export const NO_DEFAULT_USER: AclUser = { name: 'default', rules: ['reset', 'off'] };

/** The words of an access string; a selector in parentheses is one. */
export function words(accessString: string): string[] {
  return accessString.match(/\([^)]*\)|\S+/g) ?? [];
}

const COMMAND_RULE = /^[+-](@[a-z]+|[a-z|-]+(\|[\w-]+)?)$/i;
const OTHER_RULES: readonly RegExp[] = [
  /^(on|off)$/,
  /^(~|%(R|W|RW)~|&)\S+$/i,
  /^(allkeys|resetkeys|allchannels|resetchannels|allcommands|nocommands)$/i,
  /^\(.*\)$/,
];

/** A word of an access string that ElastiCache would refuse (passwords are not given here); undefined for none. */
export function wrongWord(accessString: string): string | undefined {
  return words(accessString).find(
    (word) => !COMMAND_RULE.test(word) && !OTHER_RULES.some((rule) => rule.test(word)),
  );
}
