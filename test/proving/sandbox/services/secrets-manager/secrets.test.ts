/** Secrets as templates make them, read through the real client. */

import * as SM from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type SecretsManagerPart,
  createSecretsManager,
} from '../../../../../proving/sandbox/services/secrets-manager/index.ts';
import { type Stage, document, failure, openStage, request } from '../stage.ts';

let stage: Stage<SecretsManagerPart>;
let client: SM.SecretsManagerClient;

beforeEach(async () => {
  stage = await openStage((world) =>
    createSecretsManager(world, {
      findDatabase: (type, identifier) =>
        type === 'AWS::RDS::DBCluster' && identifier === 'demo'
          ? {
              engine: 'postgres',
              host: 'demo.cluster-x.us-east-1.rds.amazonaws.com',
              port: 5432,
              dbname: 'shop',
            }
          : undefined,
    }),
  );
  client = new SM.SecretsManagerClient(stage.operator);
});

afterEach(async () => {
  client.destroy();
  await stage.stop();
});

const TYPE = 'AWS::SecretsManager::Secret';
const GENERATED = {
  GenerateSecretString: {
    PasswordLength: 30,
    ExcludeCharacters: ' %+~`#$&*()|[]{}:;<>?!\'/@"\\',
    GenerateStringKey: 'password',
    SecretStringTemplate: '{"username":"postgres"}',
  },
};

const make = (properties: Record<string, unknown>, logicalId = 'Master') =>
  stage.provider(TYPE).create(request(stage.provider(TYPE), logicalId, properties));
const read = async (SecretId: string) => {
  const { SecretString = '' } = await client.send(new SM.GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString) as Record<string, unknown>;
};

describe('AWS::SecretsManager::Secret', () => {
  it('generates a password of the wanted length without the excluded characters', async () => {
    const { physicalId } = await make(GENERATED);
    expect(physicalId).toMatch(
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:Demo-Master-ABC123-\w{6}$/,
    );
    const value = await read(physicalId);
    expect(value).toEqual({
      username: 'postgres',
      password: expect.stringMatching(/^[^ %+~`#$&*()|[\]{}:;<>?!'/@"\\]{30}$/),
    });
    expect(JSON.parse(stage.part.value(physicalId))).toEqual(value);
  });

  it('is found by ARN, by ARN without its random end and by name', async () => {
    const { physicalId } = await make({ Name: 'demo/master', SecretString: '{"a":1}' });
    for (const id of [physicalId, physicalId.slice(0, -7), 'demo/master'])
      expect(await read(id)).toEqual({ a: 1 });
    const described = await client.send(new SM.DescribeSecretCommand({ SecretId: 'demo/master' }));
    expect(described).toMatchObject({ ARN: physicalId, Name: 'demo/master', RotationEnabled: false });
    const current = await client.send(new SM.GetSecretValueCommand({ SecretId: physicalId }));
    expect(described.VersionIdsToStages).toEqual({ [current.VersionId ?? '']: ['AWSCURRENT'] });
  });

  it('keeps its password when something else changes, and makes another when its rules change', async () => {
    const { physicalId } = await make(GENERATED);
    const before = await read(physicalId);
    const update = (properties: object, previous: object) =>
      stage.provider(TYPE).update({
        ...request(stage.provider(TYPE), 'Master', properties as Record<string, unknown>),
        physicalId,
        previous: previous as Record<string, unknown>,
      });
    await update({ ...GENERATED, Description: 'of the master' }, GENERATED);
    expect(await read(physicalId)).toEqual(before);
    const longer = { GenerateSecretString: { ...GENERATED.GenerateSecretString, PasswordLength: 40 } };
    await update(longer, GENERATED);
    expect((await read(physicalId))['password']).toHaveLength(40);
  });

  it('is refused under a taken name, with two values, and with rules that leave nothing', async () => {
    await make({ Name: 'taken', SecretString: 'x' });
    await expect(make({ Name: 'taken', SecretString: 'x' })).rejects.toMatchObject({
      code: 'ResourceExistsException',
    });
    await expect(make({ ...GENERATED, SecretString: 'x' })).rejects.toThrow('not both');
    const nothing = { PasswordLength: 3 };
    await expect(make({ GenerateSecretString: nothing })).rejects.toThrow('cannot be made of the 4 kinds');
    const template = { GenerateStringKey: 'p', SecretStringTemplate: '[]' };
    await expect(make({ GenerateSecretString: template })).rejects.toThrow('must be a JSON object');
  });

  it('is gone after its deletion', async () => {
    const made = await make({ Name: 'gone', SecretString: 'x' });
    await stage.provider(TYPE).delete({ ...request(stage.provider(TYPE), 'Master', {}), ...made });
    const answer = client.send(new SM.GetSecretValueCommand({ SecretId: 'gone' }));
    expect(await failure(answer)).toBeInstanceOf(SM.ResourceNotFoundException);
    expect(() => stage.part.value('gone')).toThrow("can't find the specified secret");
  });
});

describe('AWS::SecretsManager::SecretTargetAttachment', () => {
  const attach = (properties: Record<string, unknown>) => {
    const provider = stage.provider('AWS::SecretsManager::SecretTargetAttachment');
    return provider.create(request(provider, 'Attachment', properties));
  };

  it('adds how to reach the database', async () => {
    const { physicalId } = await make(GENERATED);
    const { password } = await read(physicalId);
    const attached = await attach({
      SecretId: physicalId,
      TargetId: 'demo',
      TargetType: 'AWS::RDS::DBCluster',
    });
    expect(attached.physicalId).toBe(physicalId);
    expect(await read(physicalId)).toEqual({
      username: 'postgres',
      password,
      engine: 'postgres',
      host: 'demo.cluster-x.us-east-1.rds.amazonaws.com',
      port: 5432,
      dbname: 'shop',
      dbClusterIdentifier: 'demo',
    });
  });

  it('names a database that is not there and a value that cannot take it', async () => {
    const { physicalId: SecretId } = await make({ SecretString: 'plain' });
    const to = (TargetId: string) => attach({ SecretId, TargetId, TargetType: 'AWS::RDS::DBCluster' });
    await expect(to('other')).rejects.toThrow(
      'TargetId = "other": there is no AWS::RDS::DBCluster of that name',
    );
    await expect(to('demo')).rejects.toThrow('is no JSON object');
  });
});

describe('who may read a secret', () => {
  it('is decided by the role and by the secret', async () => {
    const { physicalId } = await make({ Name: 'master', SecretString: '{}' });
    await make({ Name: 'other', SecretString: '{}' }, 'Other');
    const role = new SM.SecretsManagerClient(
      await stage.asRole('bootstrap', {
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: physicalId,
      }),
    );
    const get = (SecretId: string) => role.send(new SM.GetSecretValueCommand({ SecretId }));
    await get('master');
    expect((await failure(get('other'))).name).toBe('AccessDeniedException');
    expect((await failure(get('missing'))).name).toBe('AccessDeniedException');
    const policies = stage.provider('AWS::SecretsManager::ResourcePolicy');
    const deny = {
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Action: 'secretsmanager:GetSecretValue',
      Resource: '*',
    };
    const made = request(policies, 'Policy', { SecretId: physicalId, ResourcePolicy: document(deny) });
    await policies.create(made);
    expect((await failure(get('master'))).message).toContain('explicit deny in a resource-based policy');
    await policies.delete({ ...made, physicalId });
    await get('master');
    role.destroy();
  });
});
