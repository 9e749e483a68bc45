/** Wires throttle: the state table, the throttle table, logs and metrics. */

import { commonSettings, EnvironmentReader } from '../shared/environment.ts';
import { ENV as SHARED_ENV } from '../shared/contract.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { stateStore } from '../shared/aws/dynamo-client.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { throttleStore } from '../shared/aws/throttle-store.ts';
import { ENV, MODE_DEFAULT } from './contract.ts';
import { createHandler, type ThrottleReport } from './handler.ts';

const reader = new EnvironmentReader(process.env);
const settings = {
  ...commonSettings(reader),
  throttleTable: reader.text(ENV.table),
  resources: reader.throttledResources(),
  mode: reader.mode(SHARED_ENV.mode, MODE_DEFAULT),
};
reader.done(settings.functionName);

const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    throttle: throttleStore(settings.throttleTable),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<ThrottleReport> =>
  run(event, invocationOf(context));
