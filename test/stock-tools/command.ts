/** The `aws` command line as a user runs it: what it prints as JSON, or what it says when it is refused. */

import { expect } from 'vitest';
import { succeeds, type Held } from './held.ts';

export type Aws = (...args: readonly string[]) => Promise<any>;
export type Refused = (...args: readonly string[]) => Promise<string>;

export function command(held: () => Held): { readonly aws: Aws; readonly refused: Refused } {
  // Cloud Map's discovery has its own host name, `data-` and the endpoint's; this one has no such name.
  const variables = { AWS_DISABLE_HOST_PREFIX_INJECTION: 'true' };
  const raw = (...args: readonly string[]) =>
    held().run('aws', ['--endpoint-url', held().card.url, '--output', 'json', ...args], variables);
  return {
    aws: async (...args) => JSON.parse((await succeeds(raw(...args))) || 'null'),
    refused: async (...args) => {
      const { code, stderr } = await raw(...args);
      expect(code).not.toBe(0);
      return stderr;
    },
  };
}
