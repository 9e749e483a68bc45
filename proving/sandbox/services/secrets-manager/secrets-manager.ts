/** Secrets Manager in the measure that databases need. */

import * as SecretsManager from '@aws-sdk/client-secrets-manager';
import {
  AwsError,
  type GuardedSecrets,
  type Operation,
  type Part,
  type World,
  operation,
} from '../../kernel/index.ts';
import { type FindDatabase, createAttachmentProvider } from './attachment-provider.ts';
import { createSecretPolicyProvider } from './policy-provider.ts';
import { createSecretProvider } from './secret-provider.ts';
import { type Secret, Secrets } from './store.ts';

export type SecretsManagerPart = Part & GuardedSecrets;

interface Named {
  readonly SecretId?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly VersionStage?: string | undefined;
}

export function createSecretsManager(world: World, deps: { findDatabase: FindDatabase }): SecretsManagerPart {
  const secrets = new Secrets(world);
  const credentials = { accessKeyId: '-', secretAccessKey: '-' };
  return {
    services: [
      {
        signingName: 'secretsmanager',
        sdk: SecretsManager,
        client: new SecretsManager.SecretsManagerClient({ region: world.region, credentials }),
        operations: {
          GetSecretValue: read(secrets, 'secretsmanager:GetSecretValue', secretValue),
          DescribeSecret: read(secrets, 'secretsmanager:DescribeSecret', description),
        },
      },
    ],
    providers: [
      createSecretProvider(secrets),
      createAttachmentProvider(secrets, deps.findDatabase),
      createSecretPolicyProvider(secrets),
    ],
    value: (secretId) => secrets.need(secretId).value,
    arnOf: (secretId) => secrets.arnOf(secretId),
  };
}

function read(secrets: Secrets, action: string, shape: (secret: Secret, input: Named) => object): Operation {
  return operation<Named, object>({
    // The permission is on the secret's whole ARN, also where it is asked for by name.
    authorize: (input) => [
      {
        action,
        resource: secrets.arnOf(input.SecretId ?? ''),
        context: stated(input),
        resourcePolicy: secrets.find(input.SecretId ?? '')?.policy ?? null,
      },
    ],
    handle: (input) => shape(secrets.need(input.SecretId ?? ''), input),
  });
}

/** The condition keys of what the request says itself. */
function stated({ SecretId, VersionId, VersionStage }: Named): Record<string, string> {
  return {
    ...(SecretId === undefined ? {} : { 'secretsmanager:SecretId': SecretId }),
    ...(VersionId === undefined ? {} : { 'secretsmanager:VersionId': VersionId }),
    ...(VersionStage === undefined ? {} : { 'secretsmanager:VersionStage': VersionStage }),
  };
}

function secretValue(secret: Secret, input: Named): object {
  const isCurrent =
    (input.VersionStage ?? 'AWSCURRENT') === 'AWSCURRENT' &&
    (input.VersionId ?? secret.versionId) === secret.versionId;
  if (!isCurrent) {
    throw new AwsError(
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret value: the sandbox keeps the current version only.",
    );
  }
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: secret.versionId,
    SecretString: secret.value,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: new Date(secret.changedAt),
  };
}

function description(secret: Secret): object {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.description === null ? {} : { Description: secret.description }),
    ...(secret.kmsKeyId === null ? {} : { KmsKeyId: secret.kmsKeyId }),
    CreatedDate: new Date(secret.createdAt),
    LastChangedDate: new Date(secret.changedAt),
    RotationEnabled: false,
    Tags: secret.tags,
    VersionIdsToStages: { [secret.versionId]: ['AWSCURRENT'] },
  };
}
