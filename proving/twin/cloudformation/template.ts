/** Reads a template document into its parts and refuses what CloudFormation refuses. */

import { fail } from './errors.ts';
import { isRecord, type Properties } from './values.ts';

export type DeletionPolicy = 'Delete' | 'Retain' | 'RetainExceptOnCreate' | 'Snapshot';

export interface ResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly dependsOn: readonly string[];
  /** The condition that must hold for the resource to exist; null when it always exists. */
  readonly condition: string | null;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: Exclude<DeletionPolicy, 'RetainExceptOnCreate'>;
  readonly metadata: unknown;
}

export interface OutputDefinition {
  readonly name: string;
  readonly value: unknown;
  readonly description: string | null;
  readonly exportName: unknown;
  readonly condition: string | null;
}

export interface Template {
  readonly description: string | null;
  readonly parameters: Readonly<Record<string, Properties>>;
  readonly rules: Readonly<Record<string, Properties>>;
  readonly mappings: Properties;
  readonly conditions: Properties;
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  readonly outputs: ReadonlyMap<string, OutputDefinition>;
}

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Resources',
  'Outputs',
  'Hooks',
]);

const RESOURCE_FIELDS = new Set([
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'Metadata',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'UpdatePolicy',
  'CreationPolicy',
]);

const LOGICAL_ID = /^[A-Za-z0-9]{1,255}$/;

/** Types whose deletion can leave a snapshot (CloudFormation user guide, DeletionPolicy attribute). */
const SNAPSHOT_TYPES = new Set([
  'AWS::DocDB::DBCluster',
  'AWS::EC2::Volume',
  'AWS::ElastiCache::CacheCluster',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::Neptune::DBCluster',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::Redshift::Cluster',
]);

/** Intrinsics of this transform are built in; no other transform can be run. */
const TRANSFORMS = new Set(['AWS::LanguageExtensions']);

/** Throws TemplateError for a document that is no template, naming section and field. */
export function readTemplate(document: unknown): Template {
  if (!isRecord(document)) fail('Template format error: the template is not an object', '');
  const stray = Object.keys(document).filter((key) => !SECTIONS.has(key));
  if (stray.length > 0) {
    fail(`Template format error: Invalid template property or properties [${stray.join(', ')}]`, '');
  }
  refuseTransforms(document['Transform']);
  const resources = section(document, 'Resources');
  if (Object.keys(resources).length === 0) {
    fail('Template format error: At least one Resources member must be defined.', '');
  }
  return {
    description: typeof document['Description'] === 'string' ? document['Description'] : null,
    parameters: recordsOf(section(document, 'Parameters'), 'Parameters'),
    rules: recordsOf(section(document, 'Rules'), 'Rules'),
    mappings: section(document, 'Mappings'),
    conditions: section(document, 'Conditions'),
    resources: mapped(resources, 'Resources', readResource),
    outputs: mapped(section(document, 'Outputs'), 'Outputs', readOutput),
  };
}

function refuseTransforms(transform: unknown): void {
  const names = transform === undefined ? [] : [transform].flat();
  for (const name of names) {
    if (typeof name !== 'string' || !TRANSFORMS.has(name)) {
      fail(
        `Transform ${JSON.stringify(name)} is not supported; only AWS::LanguageExtensions is`,
        'Transform',
      );
    }
  }
}

function section(document: Properties, name: string): Properties {
  const value = document[name] ?? {};
  return isRecord(value) ? value : fail(`Template format error: ${name} must be an object`, name);
}

function recordsOf(entries: Properties, name: string): Record<string, Properties> {
  return Object.fromEntries(
    Object.entries(entries).map(([key, value]) => [
      key,
      isRecord(value) ? value : fail('Template format error: must be an object', `${name}/${key}`),
    ]),
  );
}

function mapped<T>(
  entries: Properties,
  name: string,
  read: (key: string, value: Properties, path: string) => T,
): Map<string, T> {
  const records = recordsOf(entries, name);
  return new Map(
    Object.entries(records).map(([key, value]) => {
      const path = `${name}/${key}`;
      if (!LOGICAL_ID.test(key)) fail('Template format error: a name must be alphanumeric', path);
      return [key, read(key, value, path)];
    }),
  );
}

function readResource(logicalId: string, value: Properties, path: string): ResourceDefinition {
  const stray = Object.keys(value).filter((key) => !RESOURCE_FIELDS.has(key));
  if (stray.length > 0) {
    fail(`Invalid template resource property '${stray.join(', ')}'`, path);
  }
  const type = value['Type'];
  if (typeof type !== 'string') {
    fail(
      `Template format error: [/Resources/${logicalId}] Every Resources object must contain a Type member.`,
      path,
    );
  }
  const properties = value['Properties'] ?? {};
  if (!isRecord(properties)) fail('Template format error: Properties must be an object', path);
  const dependsOn = value['DependsOn'] === undefined ? [] : [value['DependsOn']].flat();
  if (!dependsOn.every((name) => typeof name === 'string')) {
    fail('Template format error: DependsOn must hold names of resources', `${path}/DependsOn`);
  }
  return {
    logicalId,
    type,
    properties,
    dependsOn,
    condition: conditionName(value['Condition'], path),
    deletionPolicy: policy(value, 'DeletionPolicy', type, path, [
      'Delete',
      'Retain',
      'RetainExceptOnCreate',
      'Snapshot',
    ]),
    updateReplacePolicy: policy(value, 'UpdateReplacePolicy', type, path, ['Delete', 'Retain', 'Snapshot']),
    metadata: value['Metadata'] ?? null,
  };
}

function policy<P extends DeletionPolicy>(
  resource: Properties,
  field: string,
  type: string,
  path: string,
  allowed: readonly P[],
): P {
  const value = resource[field] ?? defaultPolicy(resource, field, type);
  const found = allowed.find((name) => name === value);
  if (found === undefined) {
    return fail(`${field} ${JSON.stringify(value)} must be one of ${allowed.join(', ')}`, `${path}/${field}`);
  }
  if (found === 'Snapshot' && !SNAPSHOT_TYPES.has(type)) {
    return fail(
      `Template error: resource type ${type} does not support Snapshot deletion policy`,
      `${path}/${field}`,
    );
  }
  return found;
}

/** A cluster, and an instance outside any cluster, leaves a snapshot unless the template says otherwise. */
function defaultPolicy(resource: Properties, field: string, type: string): DeletionPolicy {
  if (field !== 'DeletionPolicy') return 'Delete';
  if (type === 'AWS::RDS::DBCluster') return 'Snapshot';
  const properties = resource['Properties'];
  const inCluster = isRecord(properties) && properties['DBClusterIdentifier'] !== undefined;
  return type === 'AWS::RDS::DBInstance' && !inCluster ? 'Snapshot' : 'Delete';
}

function readOutput(name: string, value: Properties, path: string): OutputDefinition {
  if (value['Value'] === undefined) {
    fail(`Template format error: Every Outputs member must contain a Value object`, path);
  }
  const exported = value['Export'];
  if (exported !== undefined && (!isRecord(exported) || exported['Name'] === undefined)) {
    fail('Template format error: Export must hold a Name', `${path}/Export`);
  }
  return {
    name,
    value: value['Value'],
    description: typeof value['Description'] === 'string' ? value['Description'] : null,
    exportName: isRecord(exported) ? exported['Name'] : undefined,
    condition: conditionName(value['Condition'], path),
  };
}

function conditionName(value: unknown, path: string): string | null {
  if (value === undefined) return null;
  return typeof value === 'string'
    ? value
    : fail('Condition must be the name of a condition', `${path}/Condition`);
}
