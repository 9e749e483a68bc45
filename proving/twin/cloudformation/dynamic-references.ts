/** `{{resolve:service:reference}}`: values that live in Parameter Store or Secrets Manager. */

import { fail } from './errors.ts';
import { isRecord } from './values.ts';

export type DynamicReference =
  | { readonly service: 'ssm' | 'ssm-secure'; readonly name: string; readonly version: string | null }
  | {
      readonly service: 'secretsmanager';
      readonly secretId: string;
      /** Key within a secret that holds JSON; null for the whole secret string. */
      readonly jsonKey: string | null;
      readonly versionStage: string | null;
      readonly versionId: string | null;
    };

/** Gives the value; throws an Error that says why there is none. */
export type DynamicResolver = (reference: DynamicReference) => string;

const REFERENCE = /\{\{resolve:([a-z-]+):([^{}]+)\}\}/g;

/** `arn:partition:secretsmanager:region:account:secret:name` */
const ARN_SEGMENTS = 7;

/**
 * Replaces the references of the services asked for and leaves the others as they are.
 * A secret is resolved only when it is handed to its resource, so it never lies in a stack's state.
 */
export function resolveDynamicReferences(
  value: unknown,
  services: readonly DynamicReference['service'][],
  resolve: DynamicResolver,
  path: string,
): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolveDynamicReferences(item, services, resolve, `${path}/${index}`));
  }
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        resolveDynamicReferences(item, services, resolve, `${path}/${key}`),
      ]),
    );
  }
  if (typeof value !== 'string') return value;
  return value.replaceAll(REFERENCE, (whole, service: string, rest: string) => {
    const reference = parseDynamicReference(service, rest, path);
    if (!services.includes(reference.service)) return whole;
    try {
      return resolve(reference);
    } catch (error) {
      return fail(`Could not resolve ${whole}: ${(error as Error).message}`, path);
    }
  });
}

export function parseDynamicReference(service: string, rest: string, path: string): DynamicReference {
  const parts = rest.split(':');
  if (service === 'ssm' || service === 'ssm-secure') {
    const [name = '', version, ...more] = parts;
    if (name === '' || more.length > 0)
      return fail(`Incorrect format of dynamic reference ${service}:${rest}`, path);
    return { service, name, version: version ?? null };
  }
  if (service !== 'secretsmanager') return fail(`Dynamic references to ${service} are not supported`, path);
  const length = parts[0] === 'arn' ? ARN_SEGMENTS : 1;
  const [kind = 'SecretString', jsonKey, versionStage, versionId, ...more] = parts.slice(length);
  if (parts.length < length || more.length > 0 || kind !== 'SecretString') {
    return fail(`Incorrect format of dynamic reference ${service}:${rest}`, path);
  }
  return {
    service,
    secretId: parts.slice(0, length).join(':'),
    jsonKey: textOrNull(jsonKey),
    versionStage: textOrNull(versionStage),
    versionId: textOrNull(versionId),
  };
}

/** The part of a secret that a reference asks for. Throws an Error when the secret has no such key. */
export function partOfSecret(secret: string, jsonKey: string | null): string {
  if (jsonKey === null) return secret;
  const parsed: unknown = parseJson(secret);
  const value = isRecord(parsed) ? parsed[jsonKey] : undefined;
  if (value === undefined || value === null) throw new Error(`the secret has no JSON key ${jsonKey}`);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}
