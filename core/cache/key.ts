/**
 * Keys as they stand on a shard: `<tenant>:<key>`, always with the colon. A tenant's name has no colon, so the
 * first one ends it and no key of one tenant, nor of nobody, can be spelt as a key of another (SEC-19). A key is
 * always one argument of one command and never part of a pattern or of a script's text.
 */

import type { Fault } from '../errors.ts';

/** Text stands for its bytes in UTF-8; the same bytes are the same key. */
export type CacheKey = string | Uint8Array;

export const KEY_BYTES_MAX = 1024;
export const TENANT_LENGTH_MAX = 64;

const TENANT = /^[A-Za-z0-9_-]{1,64}$/;
/** C0 and C1 controls, DEL, and the two line separators of Unicode. */
// oxlint-disable-next-line no-control-regex -- finding control characters is what it is for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;
const COLON = 0x3a;

const encoder = new TextEncoder();

/** What is wrong with a key; nothing when it can be used. Bytes may be any, text may hold no control characters. */
export function keyFaults(field: string, key: unknown): readonly Fault[] {
  if (typeof key !== 'string' && !(key instanceof Uint8Array)) {
    return faultOf(field, key, 'a key is a text or a Uint8Array', 'turn it into a text');
  }
  if (key.length === 0) return faultOf(field, key, 'a key is not empty', 'give the name of what is cached');
  if (byteLength(key) > KEY_BYTES_MAX) {
    return faultOf(field, key, `a key has at most ${KEY_BYTES_MAX} bytes`, 'use a digest of it as the key');
  }
  if (typeof key !== 'string') return [];
  if (CONTROL.test(key)) {
    const rule = 'a text key has no line breaks and no control characters';
    return faultOf(field, key, rule, 'escape them, or give bytes');
  }
  if (!key.isWellFormed()) {
    const rule = 'a text key is well-formed Unicode: half a surrogate pair has no bytes';
    return faultOf(field, key, rule, 'give bytes');
  }
  return [];
}

function faultOf(field: string, value: unknown, rule: string, fix: string): readonly Fault[] {
  return [{ field, value, rule, fix }];
}

/** What is wrong with a tenant's name; the empty text stands for no tenant. */
export function tenantFaults(field: string, tenant: unknown): readonly Fault[] {
  if (tenant === '' || (typeof tenant === 'string' && TENANT.test(tenant))) return [];
  const rule = `a tenant has 1 to ${TENANT_LENGTH_MAX} characters out of A-Z, a-z, 0-9, "-" and "_"`;
  return [{ field, value: tenant, rule, fix: 'use an id of the tenant, not its display name' }];
}

/** The key as it stands on the shard. Both parts are checked before. */
export function composeKey(tenant: string, key: CacheKey): CacheKey {
  if (typeof key === 'string') return `${tenant}:${key}`;
  const composed = new Uint8Array(tenant.length + 1 + key.length);
  for (let at = 0; at < tenant.length; at += 1) composed[at] = tenant.charCodeAt(at);
  composed[tenant.length] = COLON;
  composed.set(key, tenant.length + 1);
  return composed;
}

/** The same text for the same bytes: how a key is named within a process. */
export function keyName(key: CacheKey): string {
  if (typeof key === 'string' && !WIDE.test(key)) return key;
  const bytes = typeof key === 'string' ? encoder.encode(key) : key;
  let name = '';
  for (const byte of bytes) name += String.fromCharCode(byte);
  return name;
}

/** The bytes of a key from its name. */
export function keyOfName(name: string): Uint8Array {
  return Uint8Array.from(name, (char) => char.charCodeAt(0));
}

const WIDE = /[^\u0020-\u007e]/;

/** Exact where it matters: near the limit. */
function byteLength(key: CacheKey): number {
  if (typeof key !== 'string') return key.length;
  // No character takes more than 3 bytes for each of its units: most keys need not be encoded to be known as short.
  const isClear = key.length > KEY_BYTES_MAX || key.length * 3 <= KEY_BYTES_MAX;
  return isClear ? key.length : encoder.encode(key).length;
}
