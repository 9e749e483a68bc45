/** Roles as templates make them, and what their sessions may do. */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  type IdentityPart,
  authorizeDatabaseLogin,
  createIdentity,
} from '../../../../proving/sandbox/identity/index.ts';
import type { Principal, ResourceProvider } from '../../../../proving/sandbox/kernel/index.ts';
import { testWorld } from '../wire/world.ts';
import { TRUST_ACCOUNT, TRUST_LAMBDA, document, request } from './fixture.ts';

const CLUSTER = 'arn:aws:rds:us-east-1:123456789012:cluster:demo';
const FAILOVER = document({ Effect: 'Allow', Action: 'rds:FailoverDBCluster', Resource: CLUSTER });

let now: number;
let world: ReturnType<typeof testWorld>;
let identity: IdentityPart;
let roles: ResourceProvider;
let policies: ResourceProvider;
let managed: ResourceProvider;

beforeEach(() => {
  now = Date.parse('2026-11-22T12:00:00Z');
  world = testWorld({ now: () => now });
  identity = createIdentity(world);
  const of = (type: string) =>
    identity.providers?.find((provider) => provider.type === type) as ResourceProvider;
  roles = of('AWS::IAM::Role');
  policies = of('AWS::IAM::Policy');
  managed = of('AWS::IAM::ManagedPolicy');
});

async function makeRole(properties: Record<string, unknown> = {}): Promise<string> {
  const all = { AssumeRolePolicyDocument: TRUST_LAMBDA, ...properties };
  const { attributes } = await roles.create(request(roles, 'Role', all));
  return String(attributes['Arn']);
}

function session(arn: string, durationS = 900): Principal {
  const { accessKeyId } = identity.issueForRole(arn, 'failover', durationS);
  const found = identity.lookup(accessKeyId);
  if (!found) throw new Error('no such key');
  return found.principal;
}

const failover = { action: 'rds:FailoverDBCluster', resource: CLUSTER };

describe('AWS::IAM::Role', () => {
  it('has the attributes that templates read', async () => {
    const made = await roles.create(
      request(roles, 'Role', { AssumeRolePolicyDocument: TRUST_LAMBDA, Path: '/service-role/' }),
    );
    expect(made).toEqual({
      physicalId: 'Demo-Role-ABC123',
      attributes: {
        Arn: 'arn:aws:iam::123456789012:role/service-role/Demo-Role-ABC123',
        RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      },
    });
  });

  it('grants what its inline policies allow and nothing else', async () => {
    const arn = await makeRole({ Policies: [{ PolicyName: 'p', PolicyDocument: FAILOVER }] });
    const caller = session(arn);
    identity.authorize(caller, [failover]);
    const other = { action: 'rds:DeleteDBCluster', resource: CLUSTER };
    expect(() => identity.authorize(caller, [failover, other])).toThrow(
      'User: arn:aws:sts::123456789012:assumed-role/Demo-Role-ABC123/failover is not authorized to perform: ' +
        `rds:DeleteDBCluster on resource: ${CLUSTER} because no identity-based policy allows the rds:DeleteDBCluster action`,
    );
    expect(identity.denials).toEqual([
      { at: now, principal: caller.arn, function: null, action: 'rds:DeleteDBCluster', resource: CLUSTER },
    ]);
  });

  it('SEC-01: is recorded with the function that runs as it when it is refused', async () => {
    const functionOf = (roleArn: string) => (roleArn.endsWith('role/failing') ? 'write-failover' : null);
    identity = createIdentity(world, { functionOf });
    roles = identity.providers!.find(({ type }) => type === 'AWS::IAM::Role')!;
    const ofFunction = session(await makeRole({ RoleName: 'failing' }));
    const ofTask = session(await makeRole({ RoleName: 'task' }));
    for (const caller of [ofFunction, ofTask]) {
      expect(() => identity.authorize(caller, [failover])).toThrow('is not authorized');
    }
    expect(identity.denials).toEqual([
      { at: now, principal: ofFunction.arn, function: 'write-failover', ...failover },
      { at: now, principal: ofTask.arn, function: null, ...failover },
    ]);
  });

  it('SEC-01: the operator is refused nothing, so nothing of it is recorded', () => {
    const { principal } = identity.lookup(identity.operator.accessKeyId)!;
    identity.authorize(principal, [failover, { action: 'iam:DeleteRole', resource: '*' }]);
    expect(identity.denials).toEqual([]);
  });

  it('gives up what an update takes out, and keeps what other resources attached', async () => {
    const arn = await makeRole({ Policies: [{ PolicyName: 'p', PolicyDocument: FAILOVER }] });
    const reads = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });
    await policies.create(
      request(policies, 'Default', { PolicyName: 'd', PolicyDocument: reads, Roles: ['Demo-Role-ABC123'] }),
    );
    await roles.update({
      ...request(roles, 'Role', { AssumeRolePolicyDocument: TRUST_LAMBDA }),
      physicalId: 'Demo-Role-ABC123',
      previous: { Policies: [{ PolicyName: 'p', PolicyDocument: FAILOVER }] },
    });
    const caller = session(arn);
    expect(() => identity.authorize(caller, [failover])).toThrow('is not authorized');
    identity.authorize(caller, [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' }]);
  });

  it('is held to its permissions boundary', async () => {
    const boundary = document({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
    const made = await managed.create(
      request(managed, 'Boundary', { ManagedPolicyName: 'boundary', PolicyDocument: boundary }),
    );
    expect(made.physicalId).toBe('arn:aws:iam::123456789012:policy/boundary');
    const arn = await makeRole({
      Policies: [{ PolicyName: 'p', PolicyDocument: FAILOVER }],
      PermissionsBoundary: made.physicalId,
    });
    expect(() => identity.authorize(session(arn), [failover])).toThrow(
      'because no permissions boundary allows the rds:FailoverDBCluster action',
    );
  });

  it('says so when an explicit deny decides', async () => {
    const deny = document({ Effect: 'Deny', Action: '*', Resource: '*' });
    const arn = await makeRole({ Policies: [{ PolicyName: 'p', PolicyDocument: deny }] });
    expect(() => identity.authorize(session(arn), [failover])).toThrow(
      'with an explicit deny in an identity-based policy',
    );
  });

  it('takes AWS-managed policies, and names those it has for an unknown one', async () => {
    const arn = await makeRole({
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
    });
    identity.authorize(session(arn), [{ action: 'logs:PutLogEvents', resource: '*' }]);
    const unknown = makeRole({ RoleName: 'b', ManagedPolicyArns: ['arn:aws:iam::aws:policy/Nothing'] });
    await expect(unknown).rejects.toMatchObject({
      code: 'NoSuchEntity',
      message: expect.stringContaining('arn:aws:iam::aws:policy/AdministratorAccess'),
    });
  });

  it('is refused under a name that is taken', async () => {
    await makeRole();
    await expect(makeRole()).rejects.toMatchObject({ code: 'EntityAlreadyExists', status: 409 });
  });

  it('is refused with a malformed policy, and nothing is made', async () => {
    const bad = makeRole({ Policies: [{ PolicyName: 'p', PolicyDocument: document({ Effect: 'Allow' }) }] });
    await expect(bad).rejects.toMatchObject({
      code: 'MalformedPolicyDocument',
      message: expect.stringContaining(
        'Policy p of Role: Statement[0]: needs exactly one of Action and NotAction',
      ),
    });
    await makeRole();
  });

  it('leaves nothing behind: sessions of a deleted role may do nothing, not even after it is made again', async () => {
    const properties = { Policies: [{ PolicyName: 'p', PolicyDocument: FAILOVER }] };
    const caller = session(await makeRole(properties));
    await roles.delete({ ...request(roles, 'Role', properties), physicalId: 'Demo-Role-ABC123' });
    expect(() => identity.authorize(caller, [failover])).toThrow('is not authorized');
    await makeRole(properties);
    expect(() => identity.authorize(caller, [failover])).toThrow('is not authorized');
  });
});

describe('AWS::IAM::Policy', () => {
  it('moves with its list of roles, and leaves with its deletion', async () => {
    const a = session(await makeRole({ RoleName: 'a' }));
    const b = session(await makeRole({ RoleName: 'b' }));
    const properties = (name: string) => ({ PolicyName: 'd', PolicyDocument: FAILOVER, Roles: [name] });
    const made = await policies.create(request(policies, 'Default', properties('a')));
    identity.authorize(a, [failover]);
    await policies.update({
      ...request(policies, 'Default', properties('b')),
      physicalId: made.physicalId,
      previous: properties('a'),
    });
    expect(() => identity.authorize(a, [failover])).toThrow('is not authorized');
    identity.authorize(b, [failover]);
    await policies.delete({ ...request(policies, 'Default', properties('b')), physicalId: made.physicalId });
    expect(() => identity.authorize(b, [failover])).toThrow('is not authorized');
  });

  it('is refused for a role that is not there, and for users', async () => {
    const missing = { PolicyName: 'd', PolicyDocument: FAILOVER, Roles: ['nobody'] };
    await expect(policies.create(request(policies, 'D', missing))).rejects.toMatchObject({
      code: 'NoSuchEntity',
    });
    const users = { PolicyName: 'd', PolicyDocument: FAILOVER, Users: ['ann'] };
    await expect(policies.create(request(policies, 'D', users))).rejects.toThrow('users or groups');
  });
});

describe('AWS::IAM::ManagedPolicy', () => {
  it('grants to the roles it names until it is deleted', async () => {
    const caller = session(await makeRole({ RoleName: 'a' }));
    const properties = { PolicyDocument: FAILOVER, Roles: ['a'] };
    const made = await managed.create(request(managed, 'Wide', properties));
    expect(made.attributes['PolicyArn']).toBe(made.physicalId);
    identity.authorize(caller, [failover]);
    await managed.delete({ ...request(managed, 'Wide', properties), physicalId: made.physicalId });
    expect(() => identity.authorize(caller, [failover])).toThrow('is not authorized');
  });
});

describe('sessions', () => {
  it('end when their time is over', async () => {
    const arn = await makeRole();
    const { accessKeyId, expiration } = identity.issueForRole(arn, 's', 900);
    expect(expiration.getTime()).toBe(now + 900_000);
    now += 899_999;
    expect(identity.lookup(accessKeyId)).toBeDefined();
    now += 1;
    expect(identity.lookup(accessKeyId)).toBeUndefined();
  });

  it('are refused for a role that is not there', () => {
    expect(() => identity.issueForRole('arn:aws:iam::123456789012:role/none', 's', 900)).toThrow(
      'cannot be found',
    );
  });
});

describe('what a service may be given', () => {
  it('is a role that trusts it', async () => {
    const arn = await makeRole({ RoleName: 'a' });
    identity.checkAssumableBy(arn, 'lambda.amazonaws.com');
    expect(() => identity.checkAssumableBy(arn, 'ecs-tasks.amazonaws.com')).toThrow(
      'cannot be assumed by ecs-tasks',
    );
    const human = await makeRole({ RoleName: 'b', AssumeRolePolicyDocument: TRUST_ACCOUNT });
    expect(() => identity.checkAssumableBy(human, 'lambda.amazonaws.com')).toThrow('cannot be assumed');
  });
});

describe('database logins', () => {
  it('need rds-db:connect on the very cluster and user', async () => {
    const arn = await makeRole({
      Policies: [
        {
          PolicyName: 'connect',
          PolicyDocument: document({
            Effect: 'Allow',
            Action: 'rds-db:connect',
            Resource: 'arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-AB/prober',
          }),
        },
      ],
    });
    const principal = session(arn);
    authorizeDatabaseLogin(world, identity, { principal, resourceId: 'cluster-AB', databaseUser: 'prober' });
    const asAdmin = () =>
      authorizeDatabaseLogin(world, identity, {
        principal,
        resourceId: 'cluster-AB',
        databaseUser: 'postgres',
      });
    expect(asAdmin).toThrow(
      'rds-db:connect on resource: arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-AB/postgres',
    );
  });
});
