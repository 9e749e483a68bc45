/**
 * Stands in for the SDK's chains of credential providers, by the names under which the SDK imports them: the
 * bundler puts this module in their place (lib/shared/bundle.ts). Lambda gives a function its role's credentials
 * in the environment and nowhere else, so the providers for profiles, single sign-on, processes, containers and
 * instances are only weight: a third of a bundle, and of the time that its import takes.
 */

import { InvalidInput } from '../../../core/errors.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const KEY = 'AWS_ACCESS_KEY_ID';
const SECRET = 'AWS_SECRET_ACCESS_KEY';
const SESSION = 'AWS_SESSION_TOKEN';

/** Throws InvalidInput when the environment holds none. */
async function fromEnvironment(): Promise<Credentials> {
  const { [KEY]: accessKeyId = '', [SECRET]: secretAccessKey = '', [SESSION]: sessionToken } = process.env;
  const missing = [KEY, SECRET].filter((name) => (process.env[name] ?? '') === '');
  if (missing.length > 0) {
    const rule = 'must be set: Lambda sets it from the role of the function';
    const fix = 'run the bundle on Lambda, or set it';
    const faults = missing.map((field) => ({ field, value: undefined, rule, fix }));
    throw new InvalidInput('the environment, which holds the credentials,', faults);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

/** For `@aws-sdk/credential-provider-node`. */
export const defaultProvider = (): (() => Promise<Credentials>) => fromEnvironment;

/** For `@aws-sdk/credential-providers`. */
export const fromNodeProviderChain = defaultProvider;
