/** AWS::DynamoDB::Table. */

import { type ScalarType, STREAM_VIEWS, type TableSchema } from '../../twin/dynamodb/index.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRemoval,
  type ResourceRequest,
  type ResourceUpdate,
  type World,
} from '../kernel/index.ts';
import { LiveTable, type TableSettings } from './live-table.ts';
import type { Tables } from './tables.ts';

const ENACTED = [
  'TableName',
  'KeySchema',
  'AttributeDefinitions',
  'StreamSpecification',
  'TimeToLiveSpecification',
  'DeletionProtectionEnabled',
];

/** Taken as given, without effect on how the table behaves here. */
const INERT = [
  'BillingMode',
  'ContributorInsightsSpecification',
  'OnDemandThroughput',
  'PointInTimeRecoverySpecification',
  'ProvisionedThroughput',
  'SSESpecification',
  'TableClass',
  'Tags',
  'WarmThroughput',
];

const NO_INDEXES = 'secondary indexes are not enacted by the sandbox; query by the key of the table';
const REFUSED = {
  GlobalSecondaryIndexes: NO_INDEXES,
  LocalSecondaryIndexes: NO_INDEXES,
  VectorIndexes: NO_INDEXES,
  ImportSourceSpecification: 'imports are not enacted by the sandbox',
  KinesisStreamSpecification: 'Kinesis streams are not enacted by the sandbox',
  ResourcePolicy: 'policies of a table are not enacted by the sandbox; use the policies of roles',
};

const TABLE_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

/**
 * The key attributes are the only ones that can be defined here, so a change of AttributeDefinitions is a change
 * of the key, which CloudFormation documents as a replacement.
 */
export function tableProvider(world: World, tables: Tables): ResourceProvider {
  return {
    type: 'AWS::DynamoDB::Table',
    replaceOn: ['TableName', 'KeySchema', 'AttributeDefinitions', 'ImportSourceSpecification'],
    async create(request) {
      const properties = checked(request);
      const table = new LiveTable(world, schemaOf(request, properties), settingsOf(properties));
      tables.add(table);
      return enacted(table);
    },
    async update(request: ResourceUpdate) {
      const table = tables.get(request.physicalId);
      table.configure(settingsOf(checked(request)));
      return enacted(table);
    },
    async delete(request: ResourceRemoval) {
      const table = tables.find(request.physicalId);
      if (table === undefined) return;
      if (table.settings.deletionProtection) {
        throw new AwsError(
          'ValidationException',
          'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
        );
      }
      tables.remove(table.name);
    },
  };
}

function enacted(table: LiveTable): Enacted {
  return {
    physicalId: table.name,
    attributes: { Arn: table.arn, ...(table.stream === null ? {} : { StreamArn: table.stream.arn }) },
  };
}

function checked(request: ResourceRequest): Properties {
  const properties = new Properties(request, request.properties);
  properties.only([...ENACTED, ...INERT], REFUSED);
  return properties;
}

function schemaOf(request: ResourceRequest, properties: Properties): TableSchema {
  const name = properties.text('TableName') ?? request.generateName(255);
  if (!TABLE_NAME.test(name)) {
    throw properties.fault('TableName', 'must be 3 to 255 letters, digits, dots, hyphens and underscores');
  }
  const types = new Map<string, ScalarType | undefined>(
    properties
      .objects('AttributeDefinitions')
      .map((definition) => [
        definition.requiredText('AttributeName'),
        definition.oneOf<ScalarType>('AttributeType', ['S', 'N', 'B']),
      ]),
  );
  const keys = properties.objects('KeySchema').map((element) => ({
    name: element.requiredText('AttributeName'),
    kind: element.oneOf('KeyType', ['HASH', 'RANGE']),
  }));
  const partition = keys.filter(({ kind }) => kind === 'HASH');
  const sort = keys.filter(({ kind }) => kind === 'RANGE');
  if (partition.length !== 1 || sort.length > 1 || keys.length > 2) {
    throw properties.fault('KeySchema', 'must have one HASH key and at most one RANGE key');
  }
  if (types.size !== keys.length || keys.some((key) => types.get(key.name) === undefined)) {
    throw properties.fault('AttributeDefinitions', 'must define exactly the attributes of KeySchema');
  }
  const attribute = (key: { name: string }): { name: string; type: ScalarType } => ({
    name: key.name,
    type: types.get(key.name)!,
  });
  return {
    name,
    partitionKey: attribute(partition[0]!),
    sortKey: sort[0] === undefined ? null : attribute(sort[0]),
  };
}

function settingsOf(properties: Properties): TableSettings {
  const ttl = properties.object('TimeToLiveSpecification');
  return {
    stream: properties.object('StreamSpecification')?.oneOf('StreamViewType', STREAM_VIEWS) ?? null,
    timeToLive: ttl?.boolean('Enabled') ? ttl.requiredText('AttributeName') : null,
    deletionProtection: properties.boolean('DeletionProtectionEnabled') ?? false,
  };
}
