/**
 * Whom a request is for, as far as the choice of a version goes. Nothing here is a right: the service verifies tokens, and
 * whoever makes a name up gets a version and no more.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { decodeJwt } from 'jose';

const USER_LENGTH_MAX = 128;
const TOKEN_LENGTH_MAX = 2048;
/** Attributes that rules may ask for, each by the header it comes in. */
const ATTRIBUTE_HEADER = /^x-user-([a-z][a-z0-9-]{0,31})$/;

export interface WebUser {
  /** Null for a request that tells no user. */
  readonly user: string | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** `x-user`, else the subject of the bearer's token; attributes from `x-user-<name>`. */
export function userOf(headers: IncomingHttpHeaders): WebUser {
  const given = headers['x-user'];
  const user = typeof given === 'string' && given !== '' ? given : subjectOf(headers.authorization);
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const attribute = ATTRIBUTE_HEADER.exec(name)?.[1];
    if (attribute !== undefined && typeof value === 'string') attributes[attribute] = value;
  }
  return { user: user === null || user.length > USER_LENGTH_MAX ? null : user, attributes };
}

function subjectOf(authorization: string | undefined): string | null {
  const [scheme, token = ''] = (authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token.length > TOKEN_LENGTH_MAX) return null;
  try {
    return decodeJwt(token).sub ?? null;
  } catch {
    return null;
  }
}
