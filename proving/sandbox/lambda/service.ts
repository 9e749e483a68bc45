/** The operations of Lambda's API that the sandbox answers. */

import * as sdk from '@aws-sdk/client-lambda';
import type {
  FunctionConfiguration,
  GetFunctionCommandInput,
  GetFunctionResponse,
  InvocationRequest,
  InvocationResponse,
  ListFunctionsCommandInput,
  ListFunctionsResponse,
} from '@aws-sdk/client-lambda';
import { AwsError, type AwsService, operation, type World } from '../kernel/index.ts';
import type { AsyncQueue } from './async-queue.ts';
import type { FunctionConfig } from './function-config.ts';
import type { Invocations } from './invocations.ts';
import type { DeployedFunction, FunctionRegistry } from './registry.ts';

export interface ServiceParts {
  readonly world: World;
  readonly registry: FunctionRegistry;
  readonly invocations: Invocations;
  readonly queue: AsyncQueue;
  /** Throws where the functions are switched off. */
  assertEnabled(): void;
}

const PAGE_SIZE = 50;

export function lambdaService(parts: ServiceParts): AwsService {
  const { world, registry } = parts;
  return {
    signingName: 'lambda',
    sdk,
    client: new sdk.LambdaClient({ region: world.region }),
    operations: {
      Invoke: operation<InvocationRequest, InvocationResponse>({
        authorize: (input) => onFunction('InvokeFunction', registry, input),
        handle: (input) => invoke(parts, input),
      }),
      ListFunctions: operation<ListFunctionsCommandInput, ListFunctionsResponse>({
        authorize: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
        handle: (input) => list(registry, input),
      }),
      GetFunction: operation<GetFunctionCommandInput, GetFunctionResponse>({
        authorize: (input) => onFunction('GetFunction', registry, input),
        handle: (input) => {
          const found = registry.find(input.FunctionName ?? '', input.Qualifier);
          const reserved = found.config.reservedConcurrency;
          return {
            Configuration: configuration(found.config),
            Code: { RepositoryType: 'S3' },
            ...(reserved === null ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
          };
        },
      }),
      GetFunctionConfiguration: operation<GetFunctionCommandInput, FunctionConfiguration>({
        authorize: (input) => onFunction('GetFunctionConfiguration', registry, input),
        handle: (input) => configuration(registry.find(input.FunctionName ?? '', input.Qualifier).config),
      }),
    },
  };
}

function onFunction(
  action: string,
  registry: FunctionRegistry,
  input: { FunctionName?: string | undefined; Qualifier?: string | undefined },
): { action: string; resource: string }[] {
  const resource = registry.resourceOf(input.FunctionName ?? '', input.Qualifier);
  return [{ action: `lambda:${action}`, resource }];
}

async function invoke(parts: ServiceParts, input: InvocationRequest): Promise<InvocationResponse> {
  const target = parts.registry.find(input.FunctionName ?? '', input.Qualifier);
  const payload = readPayload(input.Payload);
  const type = input.InvocationType ?? 'RequestResponse';
  if (type === 'DryRun') return { StatusCode: 204 };
  parts.assertEnabled();
  if (type === 'Event') {
    parts.queue.accept(target, payload);
    return { StatusCode: 202 };
  }
  const result = await parts.invocations.run(target, payload);
  return {
    StatusCode: 200,
    ExecutedVersion: '$LATEST',
    Payload: new TextEncoder().encode(result.payload),
    ...(result.error === null ? {} : { FunctionError: result.error }),
  };
}

function readPayload(payload: Uint8Array | undefined): string {
  const text = payload === undefined || payload.length === 0 ? '{}' : Buffer.from(payload).toString();
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
    );
  }
}

function list(registry: FunctionRegistry, input: ListFunctionsCommandInput): ListFunctionsResponse {
  const all = registry.all().sort((a, b) => (a.config.name < b.config.name ? -1 : 1));
  const from = input.Marker === undefined ? 0 : all.findIndex((each) => each.config.name >= input.Marker!);
  const size = Math.min(input.MaxItems ?? PAGE_SIZE, PAGE_SIZE);
  const page: DeployedFunction[] = from === -1 ? [] : all.slice(from, from + size);
  const next = all[from + size];
  return {
    Functions: page.map((each) => configuration(each.config)),
    ...(next && from !== -1 ? { NextMarker: next.config.name } : {}),
  };
}

function configuration(config: FunctionConfig): FunctionConfiguration {
  return {
    FunctionName: config.name,
    FunctionArn: config.arn,
    Runtime: config.runtime as NonNullable<FunctionConfiguration['Runtime']>,
    Role: config.role,
    Handler: config.handler,
    CodeSize: config.code.bytes,
    CodeSha256: config.code.sha256,
    Description: config.description,
    Timeout: config.timeoutS,
    MemorySize: config.memoryMb,
    LastModified: new Date(config.lastModified).toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    RevisionId: config.revisionId,
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
    Architectures: [...config.architectures] as NonNullable<FunctionConfiguration['Architectures']>,
    Environment: { Variables: { ...config.environment } },
    LoggingConfig: { LogFormat: config.logFormat, LogGroup: config.logGroup },
    TracingConfig: { Mode: config.tracing as 'Active' | 'PassThrough' },
    ...(config.vpc && {
      VpcConfig: { SubnetIds: [...config.vpc.subnetIds], SecurityGroupIds: [...config.vpc.securityGroupIds] },
    }),
    ...(config.deadLetterArn !== null && { DeadLetterConfig: { TargetArn: config.deadLetterArn } }),
    ...(config.kmsKeyArn !== null && { KMSKeyArn: config.kmsKeyArn }),
  };
}
