/** Keys, image repositories, and what the CDK leaves in a template for its own sake. */

import { randomUUID } from 'node:crypto';
import { type InertResource, textOf } from './types.ts';

/** Nothing on this machine is encrypted at rest; a key is a name for policies to point at. */
const key: InertResource = {
  type: 'AWS::KMS::Key',
  replaceOn: ['KeySpec', 'KeyUsage', 'Origin', 'MultiRegion'],
  identify: () => randomUUID(),
  attributes: (physicalId, _request, world) => ({
    KeyId: physicalId,
    Arn: `arn:${world.partition}:kms:${world.region}:${world.accountId}:key/${physicalId}`,
  }),
};

const alias: InertResource = {
  type: 'AWS::KMS::Alias',
  replaceOn: ['AliasName'],
  identify: (request) => textOf(request, 'AliasName'),
  attributes: () => ({}),
};

/** Made by `cdk bootstrap`. Images cannot be pushed to it. */
const repository: InertResource = {
  type: 'AWS::ECR::Repository',
  replaceOn: ['RepositoryName', 'EncryptionConfiguration'],
  identify: (request) => textOf(request, 'RepositoryName') || request.generateName(256).toLowerCase(),
  attributes: (physicalId, _request, world) => ({
    Arn: `arn:${world.partition}:ecr:${world.region}:${world.accountId}:repository/${physicalId}`,
    RepositoryUri: `${world.accountId}.dkr.ecr.${world.region}.${world.urlSuffix}/${physicalId}`,
  }),
};

const metadata: InertResource = {
  type: 'AWS::CDK::Metadata',
  replaceOn: [],
  identify: () => randomUUID(),
  attributes: () => ({}),
};

/** The CDK puts one into a stack that would otherwise be empty. */
const waitHandle: InertResource = {
  type: 'AWS::CloudFormation::WaitConditionHandle',
  replaceOn: [],
  identify: (request, world) =>
    `https://cloudformation-waitcondition-${world.region}.s3.${world.urlSuffix}/${encodeURIComponent(request.stackId)}/${request.logicalId}`,
  attributes: () => ({}),
};

export const OTHER_TYPES: readonly InertResource[] = [key, alias, repository, metadata, waitHandle];
