/** CloudWatch of the sandbox: metrics, and alarms that act on them in time. */

import * as sdk from '@aws-sdk/client-cloudwatch';
import { evaluationRange, MetricStore, RETENTION_MS } from '../../twin/cloudwatch/index.ts';
import type {
  AwsService,
  FunctionInvoker,
  MetricDatum,
  MetricSink,
  Part,
  Topics,
  World,
} from '../kernel/index.ts';
import type { AlarmConfig } from './alarm-record.ts';
import { Alarms } from './alarms.ts';
import { type AlarmData, alarmData } from './alarm-data.ts';
import { bucketMs, evaluateMetricAlarm } from './evaluator.ts';
import { invalid } from './properties.ts';
import { alarmProviders } from './providers.ts';
import { alarmOperations } from './service/alarm-operations.ts';
import { metricOperations } from './service/metric-operations.ts';

export interface CloudWatchOptions {
  readonly invoker: FunctionInvoker;
  /** @default - an action on a topic fails */
  readonly topics?: Topics;
}

export interface CloudWatch extends Part, MetricSink {
  /** Off: no alarm is evaluated and none acts; states stand as they are. */
  setAlarms(enabled: boolean): void;
  /** Name and state of every alarm, for reports. */
  alarmStates(): Record<string, string>;
  /** What a metric alarm reads, as it is configured now; undefined where no metric alarm has the name. */
  alarmData(name: string): AlarmData | undefined;
}

/** How often CloudWatch looks at alarms with a period below a minute, and at the others. */
const CADENCE_MS = 10_000;
const MINUTE_MS = 60_000;
/** Data without high resolution is kept by the minute. */
const STANDARD_RESOLUTION_MS = 60_000;

export function createCloudWatch(world: World, options: CloudWatchOptions): CloudWatch {
  const store = new MetricStore();
  const alarms = new Alarms(world, store, {
    invoker: options.invoker,
    topics: options.topics ?? null,
  });
  let enabled = true;
  let timer: NodeJS.Timeout | null = null;
  let minute = 0;

  function put(datum: MetricDatum): void {
    const grain = datum.resolutionS === 1 ? 1 : world.managed(STANDARD_RESOLUTION_MS);
    store.put({ ...datum, at: Math.floor(datum.at / grain) * grain }, world.now());
  }

  function tick(): void {
    const now = world.now();
    const currentMinute = Math.floor(now / world.managed(MINUTE_MS));
    if (enabled) alarms.evaluate(currentMinute !== minute);
    minute = currentMinute;
    const cadence = world.managed(CADENCE_MS);
    timer = setTimeout(tick, cadence - (now % cadence));
  }

  return {
    services: [service(world, { put }, store, alarms)],
    providers: alarmProviders(alarms, (config) => refuseUnusable(world, config)),
    put,
    async start() {
      minute = Math.floor(world.now() / world.managed(MINUTE_MS));
      const cadence = world.managed(CADENCE_MS);
      timer = setTimeout(tick, cadence - (world.now() % cadence));
    },
    async stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
    setAlarms(on) {
      enabled = on;
    },
    alarmData: (name) => alarmData(world, store, alarms.find(name)?.config),
    alarmStates: () =>
      Object.fromEntries(alarms.all().map((alarm) => [alarm.config.name, alarm.state.value])),
  };
}

function service(world: World, sink: MetricSink, store: MetricStore, alarms: Alarms): AwsService {
  return {
    signingName: 'monitoring',
    sdk,
    client: new sdk.CloudWatchClient({ region: world.region }),
    operations: { ...alarmOperations(alarms), ...metricOperations({ world, store, sink }) },
  };
}

/** What could not be evaluated is refused when it is made, not found out by the clock. */
function refuseUnusable(world: World, config: AlarmConfig): void {
  if (config.kind !== 'metric') return;
  const spanMs = evaluationRange(config.rule.evaluationPeriods) * bucketMs(world, config.periodS);
  if (spanMs > RETENTION_MS) {
    throw invalid(
      'Period',
      config.periodS,
      'metrics are kept for three hours here, and this looks further back',
    );
  }
  try {
    evaluateMetricAlarm(world, new MetricStore(), { config, current: 'OK' }, world.now());
  } catch (error) {
    throw invalid('Metrics', config.resultId, (error as Error).message);
  }
}
