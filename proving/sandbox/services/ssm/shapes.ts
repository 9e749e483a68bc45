/** Parameters as the API shows them. */

import type { World } from '../../kernel/index.ts';
import { encrypted } from './cipher.ts';
import { parameterArn } from './names.ts';
import type { ParameterVersion } from './store.ts';

export function parameterShape(world: World, version: ParameterVersion, withDecryption: boolean): object {
  return {
    Name: version.name,
    Type: version.type,
    Value: shownValue(version, withDecryption),
    Version: version.version,
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: parameterArn(world, version.name),
    DataType: version.dataType,
  };
}

export function metadataShape(world: World, version: ParameterVersion): object {
  return {
    Name: version.name,
    ARN: parameterArn(world, version.name),
    Type: version.type,
    LastModifiedDate: new Date(version.modifiedAt),
    LastModifiedUser: version.modifiedBy,
    ...(version.description === null ? {} : { Description: version.description }),
    ...(version.allowedPattern === null ? {} : { AllowedPattern: version.allowedPattern }),
    Version: version.version,
    Tier: version.tier,
    Policies: [],
    DataType: version.dataType,
  };
}

export function historyShape(world: World, version: ParameterVersion, withDecryption: boolean): object {
  const { ARN: _, ...metadata } = metadataShape(world, version) as Record<string, unknown>;
  return { ...metadata, Value: shownValue(version, withDecryption), Labels: [] };
}

function shownValue({ type, value }: ParameterVersion, withDecryption: boolean): string {
  return type === 'SecureString' && !withDecryption ? encrypted(value) : value;
}
