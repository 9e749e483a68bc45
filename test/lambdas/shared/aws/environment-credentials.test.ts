import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  defaultProvider,
  fromNodeProviderChain,
} from '../../../../lambdas/shared/aws/environment-credentials.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'an-id');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a-session');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('credentials of the environment', () => {
  it.each([defaultProvider, fromNodeProviderChain])('are those that Lambda sets', async (provider) => {
    const expected = { accessKeyId: 'an-id', secretAccessKey: 'a-secret', sessionToken: 'a-session' };
    expect(await provider()()).toEqual(expected);
  });

  it('are read when they are asked for, not when the module is', async () => {
    const provider = defaultProvider();
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'another-id');
    expect((await provider()).accessKeyId).toBe('another-id');
  });

  it('need no session', async () => {
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    expect(await defaultProvider()()).not.toHaveProperty('sessionToken');
  });

  it('are refused with the names that are missing, and never with a secret', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', '');
    const refused = await defaultProvider()().catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid-input', faults: [{ field: 'AWS_ACCESS_KEY_ID' }] });
    expect(String(refused)).not.toContain('a-secret');
  });
});
