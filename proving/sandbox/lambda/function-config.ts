/** A function as its template describes it: properties read once, checked, with AWS's defaults. */

import { AwsError } from '../kernel/index.ts';
import type { UnpackedCode } from './code-store.ts';

export interface FunctionConfig {
  readonly name: string;
  readonly arn: string;
  readonly description: string;
  readonly handler: string;
  readonly runtime: string;
  readonly role: string;
  readonly timeoutS: number;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly logGroup: string;
  readonly logFormat: 'Text' | 'JSON';
  /** Null: draws on the account's unreserved concurrency. */
  readonly reservedConcurrency: number | null;
  readonly deadLetterArn: string | null;
  readonly architectures: readonly string[];
  readonly vpc: {
    readonly subnetIds: readonly string[];
    readonly securityGroupIds: readonly string[];
  } | null;
  readonly kmsKeyArn: string | null;
  readonly layers: readonly string[];
  readonly tracing: string;
  readonly code: UnpackedCode;
  readonly lastModified: number;
  readonly revisionId: string;
}

type Properties = Readonly<Record<string, unknown>>;

/** Whatever release the template asks for, the sandbox's own Node runs it. */
const RUNTIME = /^nodejs(\d+)\.x$/;
const TIMEOUT_S_MAX = 900;
const MEMORY_MB_MIN = 128;
const MEMORY_MB_MAX = 10_240;

/** @throws AwsError naming the property that cannot be enacted */
export function readFunctionConfig(
  properties: Properties,
  given: Pick<FunctionConfig, 'name' | 'arn' | 'code' | 'lastModified' | 'revisionId'>,
): FunctionConfig {
  const runtime = text(properties.Runtime) ?? '';
  if (!RUNTIME.test(runtime))
    throw invalid('Runtime', properties.Runtime, 'the sandbox runs Node.js functions');
  const logging = record(properties.LoggingConfig);
  const vpc = properties.VpcConfig === undefined ? null : record(properties.VpcConfig);
  return {
    ...given,
    runtime,
    description: text(properties.Description) ?? '',
    handler: required(properties, 'Handler'),
    role: required(properties, 'Role'),
    timeoutS: whole(properties, 'Timeout', { fallback: 3, min: 1, max: TIMEOUT_S_MAX }),
    memoryMb: whole(properties, 'MemorySize', { fallback: 128, min: MEMORY_MB_MIN, max: MEMORY_MB_MAX }),
    environment: variables(record(properties.Environment).Variables),
    logGroup: text(logging.LogGroup) ?? `/aws/lambda/${given.name}`,
    logFormat: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
    reservedConcurrency:
      properties.ReservedConcurrentExecutions === undefined
        ? null
        : whole(properties, 'ReservedConcurrentExecutions', { fallback: 0, min: 0, max: 900 }),
    deadLetterArn: text(record(properties.DeadLetterConfig).TargetArn) ?? null,
    architectures: texts(properties.Architectures ?? ['x86_64']),
    vpc: vpc && { subnetIds: texts(vpc.SubnetIds), securityGroupIds: texts(vpc.SecurityGroupIds) },
    kmsKeyArn: text(properties.KmsKeyArn) ?? null,
    layers: noLayers(texts(properties.Layers)),
    tracing: text(record(properties.TracingConfig).Mode) ?? 'PassThrough',
  };
}

/** A layer would be code that the sandbox does not have. */
function noLayers(layers: readonly string[]): readonly string[] {
  if (layers.length > 0) throw invalid('Layers', layers, 'layers are not run here; bundle the code instead');
  return layers;
}

function variables(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).map(([name, item]) => [name, String(item)]));
}

function required(properties: Properties, name: string): string {
  const value = text(properties[name]);
  if (value === undefined || value === '') throw invalid(name, properties[name], 'it is required');
  return value;
}

/** CloudFormation accepts numbers as strings. */
export function whole(
  properties: Properties,
  name: string,
  rule: { fallback: number; min: number; max: number },
): number {
  const value = properties[name];
  if (value === undefined) return rule.fallback;
  const number = Number(value);
  if (Number.isInteger(number) && number >= rule.min && number <= rule.max) return number;
  throw invalid(name, value, `a whole number from ${rule.min} to ${rule.max} is needed`);
}

export function record(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function flag(value: unknown): boolean {
  return value === true || value === 'true';
}

function invalid(name: string, value: unknown, rule: string): AwsError {
  const shown = JSON.stringify(value) ?? 'nothing';
  return new AwsError('InvalidParameterValueException', `${name} = ${shown}: ${rule}`);
}
