/** The tokens that the load's callers carry: as an issuer that shares the application's key would make them. */

import { SignJWT } from 'jose';
import type { Criticality } from '../../../core/shedding/index.ts';

export interface TokenClaims {
  readonly caller: string;
  readonly user: string;
  /** @default - the token names no class */
  readonly criticality?: Criticality | null;
  /** From now, in s; negative for one that has expired. @default 3600 */
  readonly expiresInS?: number;
}

const VALID_S_DEFAULT = 3600;

/** @param key base64url, as the application's variable has it */
export function signToken(
  key: string,
  { caller, user, criticality, expiresInS = VALID_S_DEFAULT }: TokenClaims,
): Promise<string> {
  return new SignJWT({ client_id: caller, ...(criticality ? { criticality } : {}) })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresInS)
    .sign(Buffer.from(key, 'base64url'));
}
