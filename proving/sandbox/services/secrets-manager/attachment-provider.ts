/** AWS::SecretsManager::SecretTargetAttachment: adds how to reach the database to the secret of its user. */

import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import type { Secrets } from './store.ts';

export interface DatabaseTarget {
  readonly engine: string;
  readonly host: string;
  readonly port: number;
  /** Null where the database was made without a name. */
  readonly dbname: string | null;
}

/** Finds a cluster or instance by identifier (`Ref` of the resource); undefined when there is none. */
export type FindDatabase = (type: TargetType, identifier: string) => DatabaseTarget | undefined;

const TARGET_TYPES = ['AWS::RDS::DBCluster', 'AWS::RDS::DBInstance'] as const;
export type TargetType = (typeof TARGET_TYPES)[number];

const IDENTIFIER_KEYS: Readonly<Record<TargetType, string>> = {
  'AWS::RDS::DBCluster': 'dbClusterIdentifier',
  'AWS::RDS::DBInstance': 'dbInstanceIdentifier',
};

export function createAttachmentProvider(secrets: Secrets, findDatabase: FindDatabase): ResourceProvider {
  function attach(request: ResourceRequest): Enacted {
    const properties = new Properties(request, request.properties);
    const type = properties.oneOf('TargetType', TARGET_TYPES);
    if (type === undefined) throw properties.fault('TargetType', 'is required');
    const identifier = properties.requiredText('TargetId');
    const target = findDatabase(type, identifier);
    if (!target) throw properties.fault('TargetId', `there is no ${type} of that name`);
    const secret = secrets.need(properties.requiredText('SecretId'));
    const { engine, host, port, dbname } = target;
    const connection = {
      ...parse(secret.name, secret.value),
      [IDENTIFIER_KEYS[type]]: identifier,
      engine,
      host,
      port,
      ...(dbname === null ? {} : { dbname }),
    };
    secrets.setValue(secret, JSON.stringify(connection));
    return { physicalId: secret.arn, attributes: {} };
  }

  return {
    type: 'AWS::SecretsManager::SecretTargetAttachment',
    replaceOn: [],
    create: async (request) => attach(request),
    update: async (request) => attach(request),
    // The secret keeps what was added to it: users of the database may still read it.
    delete: () => Promise.resolve(),
  };
}

function parse(name: string, value: string): object {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  } catch {
    // Said below, together with every other text that is no JSON object.
  }
  throw new AwsError(
    'InvalidRequest',
    `The value of secret ${name} is no JSON object, so nothing can be attached to it.`,
  );
}
