import { randomUUID } from 'node:crypto';
import {
  AwsError,
  type Enacted,
  type ResourceProvider,
  type ResourceRequest,
  type World,
} from '../../kernel/index.ts';
import type { CodeStore, UnpackedCode } from '../code-store.ts';
import { type FunctionConfig, readFunctionConfig, record, text } from '../function-config.ts';
import type { FunctionRunner } from '../function-runner.ts';
import { DEFAULT_ASYNC_CONFIG, type FunctionRegistry } from '../registry.ts';

export interface FunctionParts {
  readonly world: World;
  readonly registry: FunctionRegistry;
  readonly code: CodeStore;
  /** Throws where Lambda may not take the role on. */
  checkRole(roleArn: string): void;
  createRunner(config: FunctionConfig): FunctionRunner;
}

const NAME_LENGTH_MAX = 64;

/** `AWS::Lambda::Function`. An update of code or configuration gives the function new execution environments. */
export function functionProvider(parts: FunctionParts): ResourceProvider {
  const { registry } = parts;
  const enacted = (config: FunctionConfig): Enacted => ({
    physicalId: config.name,
    attributes: { Arn: config.arn },
  });
  return {
    type: 'AWS::Lambda::Function',
    replaceOn: ['FunctionName', 'PackageType'],
    async create(request) {
      const name = text(request.properties.FunctionName) ?? request.generateName(NAME_LENGTH_MAX);
      const config = readConfig(parts, request, name);
      registry.add({
        config,
        runner: parts.createRunner(config),
        running: 0,
        permissions: new Map(),
        async: DEFAULT_ASYNC_CONFIG,
      });
      registry.statsOf(config);
      return enacted(config);
    },
    async update(request) {
      const deployed = registry.find(request.physicalId);
      const config = readConfig(parts, request, request.physicalId);
      const previous = deployed.runner;
      deployed.config = config;
      deployed.runner = parts.createRunner(config);
      registry.statsOf(config);
      previous.retire();
      return enacted(config);
    },
    async delete(request) {
      await registry.remove(request.physicalId)?.runner.stop();
    },
  };
}

function readConfig(parts: FunctionParts, request: ResourceRequest, name: string): FunctionConfig {
  const { properties } = request;
  const config = readFunctionConfig(properties, {
    name,
    arn: parts.registry.arnOf(name),
    code: readCode(parts.code, record(properties.Code)),
    lastModified: parts.world.now(),
    revisionId: randomUUID(),
  });
  parts.checkRole(config.role);
  return config;
}

function readCode(code: CodeStore, given: Readonly<Record<string, unknown>>): UnpackedCode {
  const inline = text(given.ZipFile);
  if (inline !== undefined) return code.inline(inline);
  const bucket = text(given.S3Bucket);
  const key = text(given.S3Key);
  if (bucket !== undefined && key !== undefined) return code.unpack(bucket, key);
  throw new AwsError('InvalidParameterValueException', 'Code: S3Bucket and S3Key, or ZipFile, are needed');
}
