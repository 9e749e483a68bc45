import type {
  AwsService,
  InvokeSource,
  MetricDatum,
  ResourceProvider,
  ResourceRequest,
  World,
} from '../../../../proving/sandbox/kernel/index.ts';
import { type CloudWatch, createCloudWatch } from '../../../../proving/sandbox/cloudwatch/index.ts';

export const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:controller';
export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:people';

export interface Stand {
  readonly cloudwatch: CloudWatch;
  readonly invoked: { arn: string; payload: any; source: InvokeSource }[];
  readonly published: { topic: string; subject: string; body: any }[];
  /** Throws from the next invocation on. */
  refuse: Error | null;
  create(type: 'Alarm' | 'CompositeAlarm', properties: Record<string, unknown>): Promise<string>;
  request(properties: Record<string, unknown>): ResourceRequest;
  provider(type: string): ResourceProvider;
  put(name: string, value: number, overrides?: Partial<MetricDatum>): void;
  call(operation: string, input: Record<string, unknown>): any;
  authorize(operation: string, input: Record<string, unknown>): any;
  state(name: string): string | undefined;
}

export function stand(world: World): Stand {
  const invoked: Stand['invoked'] = [];
  const published: Stand['published'] = [];
  const self = { refuse: null as Error | null };
  const cloudwatch = createCloudWatch(world, {
    invoker: {
      invoke: () => Promise.reject(new Error('alarms invoke asynchronously')),
      invokeAsync(arn, payload, source) {
        if (self.refuse) throw self.refuse;
        invoked.push({ arn, payload, source });
      },
    },
    topics: {
      publish: (topic, message) =>
        void published.push({ topic, subject: message.subject, body: JSON.parse(message.body) }),
    },
  });
  const service = cloudwatch.services![0] as AwsService;
  const caller = { principal: {}, service: 'monitoring' };
  const request = (properties: Record<string, unknown>): ResourceRequest => ({
    type: '',
    logicalId: 'Alarm',
    stackName: 'Demo',
    stackId: 'id',
    properties,
    tags: [],
    generateName: () => 'Demo-Alarm-GENERATED',
  });
  const provider = (type: string): ResourceProvider =>
    cloudwatch.providers!.find((each) => each.type === `AWS::CloudWatch::${type}`)!;
  return Object.assign(self, {
    cloudwatch,
    invoked,
    published,
    request,
    provider,
    async create(type: string, properties: Record<string, unknown>) {
      return (await provider(type).create(request(properties))).physicalId;
    },
    put(name: string, value: number, overrides: Partial<MetricDatum> = {}) {
      cloudwatch.put({
        namespace: 'Understudy',
        name,
        dimensions: { Environment: 'demo' },
        value,
        unit: 'Count',
        at: world.now(),
        resolutionS: 1,
        ...overrides,
      });
    },
    call: (name: string, input: Record<string, unknown>) =>
      (service.operations[name] as any).handle(input, { ...caller, operation: name }),
    authorize: (name: string, input: Record<string, unknown>) =>
      (service.operations[name] as any).authorize(input, { ...caller, operation: name }),
    state: (name: string) => cloudwatch.alarmStates()[name],
  });
}

/** A fast alarm on `lost`: two of three periods of ten seconds. */
export function alarm(name: string, overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    AlarmName: name,
    Namespace: 'Understudy',
    MetricName: 'lost',
    Dimensions: [{ Name: 'Environment', Value: 'demo' }],
    Statistic: 'Maximum',
    Period: 10,
    EvaluationPeriods: 3,
    DatapointsToAlarm: 2,
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [FUNCTION],
    ...overrides,
  };
}
