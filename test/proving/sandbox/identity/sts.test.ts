/** STS through the real client and the real signature check. */

import * as STS from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IdentityPart, createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import type { ResourceProvider } from '../../../../proving/sandbox/kernel/index.ts';
import { type Endpoint, createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { REGION, testWorld } from '../wire/world.ts';
import { TRUST_ACCOUNT, TRUST_LAMBDA, document, request } from './fixture.ts';

const world = testWorld();
let identity: IdentityPart;
let endpoint: Endpoint;
let sts: STS.STSClient;

const client = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
  new STS.STSClient({ region: REGION, endpoint: endpoint.addressUrl, credentials, maxAttempts: 1 });

beforeAll(async () => {
  identity = createIdentity(world);
  endpoint = createEndpoint(world, { identity });
  for (const service of identity.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  sts = client(identity.operator);
  const roles = identity.providers?.find(({ type }) => type === 'AWS::IAM::Role') as ResourceProvider;
  const make = (RoleName: string, AssumeRolePolicyDocument: object, more: object = {}) =>
    roles.create(request(roles, RoleName, { RoleName, AssumeRolePolicyDocument, ...more }));
  await make('deploy', TRUST_ACCOUNT, { MaxSessionDuration: 7200 });
  await make('function', TRUST_LAMBDA);
  await make(
    'partner',
    document({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { AWS: 'arn:aws:iam::123456789012:root' },
      Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } },
    }),
  );
});

afterAll(async () => {
  sts.destroy();
  await endpoint.stop();
});

const assume = (name: string, more: Partial<STS.AssumeRoleCommandInput> = {}) =>
  sts.send(
    new STS.AssumeRoleCommand({
      RoleArn: `arn:aws:iam::123456789012:role/${name}`,
      RoleSessionName: 'cdk',
      ...more,
    }),
  );

describe('GetCallerIdentity', () => {
  it('names the operator', async () => {
    expect(await sts.send(new STS.GetCallerIdentityCommand({}))).toMatchObject({
      Account: '123456789012',
      Arn: 'arn:aws:iam::123456789012:user/operator',
      UserId: expect.stringMatching(/^AIDA/),
    });
  });
});

describe('AssumeRole', () => {
  it('gives a session that is who it says', async () => {
    const { Credentials, AssumedRoleUser } = await assume('deploy');
    const session = client({
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    });
    const who = await session.send(new STS.GetCallerIdentityCommand({}));
    expect(who.Arn).toBe('arn:aws:sts::123456789012:assumed-role/deploy/cdk');
    expect(who.UserId).toBe(AssumedRoleUser?.AssumedRoleId);
    expect(Number(Credentials?.Expiration)).toBeGreaterThan(Date.now() + 3_500_000);
  });

  it.each([
    ['a role that trusts a service only', 'function', {}],
    ['a role that is not there', 'nobody', {}],
    ['a role that asks for an external id', 'partner', {}],
    ['a role that asks for another external id', 'partner', { ExternalId: 'other' }],
    [
      'tags for a session that may not be tagged',
      'partner',
      { ExternalId: 'agreed', Tags: [{ Key: 'a', Value: 'b' }] },
    ],
  ] as const)('is denied for %s', async (_name, role, more) => {
    const answer = assume(role, more as never);
    await expect(answer).rejects.toMatchObject({ name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    await expect(assume(role, more as never)).rejects.toThrow(
      `on resource: arn:aws:iam::123456789012:role/${role}`,
    );
    expect(identity.denials.at(-1)).toMatchObject({
      action: expect.stringMatching(/^sts:(AssumeRole|TagSession)$/),
      resource: `arn:aws:iam::123456789012:role/${role}`,
    });
  });

  it('takes the external id that was agreed on', async () => {
    await expect(assume('partner', { ExternalId: 'agreed' })).resolves.toBeDefined();
  });

  it.each([
    [
      'a session longer than the role allows',
      { DurationSeconds: 7201 },
      'MaxSessionDuration set for this role, 7200',
    ],
    ['a session that is too short', { DurationSeconds: 60 }, 'must be from 900'],
    ['a session name with blanks', { RoleSessionName: 'a b' }, "'a b' at 'roleSessionName'"],
  ])('refuses %s', async (_name, more, message) => {
    await expect(assume('deploy', more)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(message),
    });
  });

  it('from a role: a trust policy that names it is enough, one that names the account is not', async () => {
    const roles = identity.providers!.find(({ type }) => type === 'AWS::IAM::Role')!;
    const trusting = (RoleName: string, AWS: string) =>
      roles.create(
        request(roles, RoleName, {
          RoleName,
          AssumeRolePolicyDocument: document({
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { AWS },
          }),
        }),
      );
    await trusting('names-role', 'arn:aws:iam::123456789012:role/function');
    await trusting('names-account', '123456789012');
    const function_ = client(identity.issueForRole('arn:aws:iam::123456789012:role/function', 's', 900));
    const to = (name: string) =>
      function_.send(
        new STS.AssumeRoleCommand({
          RoleArn: `arn:aws:iam::123456789012:role/${name}`,
          RoleSessionName: 'cdk',
        }),
      );
    expect((await to('names-role')).AssumedRoleUser?.Arn).toContain('assumed-role/names-role/cdk');
    await expect(to('names-account')).rejects.toThrow(
      'because no identity-based policy allows the sts:AssumeRole action',
    );
    function_.destroy();
  });

  it('narrows the session by its policy', async () => {
    const Policy = JSON.stringify(document({ Effect: 'Allow', Action: 's3:*', Resource: '*' }));
    const { Credentials } = await assume('deploy', { Policy });
    const found = identity.lookup(Credentials?.AccessKeyId ?? '');
    const ask = () => identity.authorize(found?.principal as never, [{ action: 'rds:X', resource: '*' }]);
    expect(ask).toThrow('is not authorized to perform: rds:X');
    await expect(assume('deploy', { Policy: '{' })).rejects.toThrow('is no JSON');
  });
});
