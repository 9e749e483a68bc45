import type {
  AwsService,
  Call,
  FunctionInvoker,
  InvokeSource,
  MetricDatum,
  Operation,
  Part,
  ResourceProvider,
  ResourceRequest,
  ResourceUpdate,
} from '../../../../proving/sandbox/kernel/index.ts';
import { AwsError } from '../../../../proving/sandbox/kernel/index.ts';

/** What CloudFormation hands to a provider. */
export function resource(
  type: string,
  properties: Record<string, unknown>,
  logicalId = 'Thing',
): ResourceRequest {
  return {
    type,
    logicalId,
    stackName: 'Demo',
    stackId: 'arn:aws:cloudformation:us-east-1:123456789012:stack/Demo/1',
    properties,
    tags: [],
    generateName: (max) => `Demo-${logicalId}-ABC123`.slice(0, max),
  };
}

export function change(
  before: ResourceRequest,
  physicalId: string,
  properties: Record<string, unknown>,
): ResourceUpdate {
  return { ...before, properties, previous: before.properties, physicalId };
}

export function providerOf(part: Part, type: string): ResourceProvider {
  const found = part.providers?.find((provider) => provider.type === type);
  if (found === undefined) throw new Error(`no provider of ${type}`);
  return found;
}

export const create = (part: Part, type: string, properties: Record<string, unknown>, logicalId?: string) =>
  providerOf(part, type).create(resource(type, properties, logicalId));

const CALL: Call = {
  service: 'test',
  operation: 'Test',
  principal: { arn: 'arn', kind: 'user', roleName: null, sessionName: null, userId: 'u' },
  requestId: 'r',
  accessKeyId: 'k',
};

export function operationOf(part: Part, name: string): Operation<any, any> {
  const service = part.services?.find((each: AwsService) => name in each.operations);
  if (service === undefined) throw new Error(`no operation ${name}`);
  return service.operations[name] as Operation<any, any>;
}

/** Calls an operation in process. */
export async function call(part: Part, name: string, input: Record<string, unknown>): Promise<any> {
  return operationOf(part, name).handle(input, CALL);
}

export const authorize = (part: Part, name: string, input: Record<string, unknown>) =>
  operationOf(part, name).authorize(input, CALL);

export interface Invocation {
  readonly functionArn: string;
  readonly payload: any;
  readonly source: InvokeSource;
}

/** Remembers what was invoked; `fail` makes the next calls throw. */
export function recordedFunctions(): FunctionInvoker & {
  readonly calls: Invocation[];
  failures: AwsError[];
} {
  const recorder = {
    calls: [] as Invocation[],
    failures: [] as AwsError[],
    invoke: () => Promise.reject(new Error('not asked for here')),
    invokeAsync(functionArn: string, payload: unknown, source: InvokeSource) {
      const failure = recorder.failures.shift();
      if (failure !== undefined) throw failure;
      recorder.calls.push({ functionArn, payload, source });
    },
  };
  return recorder;
}

export function recordedMetrics(): { readonly data: MetricDatum[]; put(datum: MetricDatum): void } {
  const data: MetricDatum[] = [];
  return { data, put: (datum) => void data.push(datum) };
}

export const policy = (...Statement: object[]): object => ({ Version: '2012-10-17', Statement });
