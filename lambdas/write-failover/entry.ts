/** Wires write-failover: the RDS API without retries, the state table, logs and metrics. */

import { controllerSettings, EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { RdsControl } from '../shared/aws/database-control.ts';
import { stateStore } from '../shared/aws/dynamo-client.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { MODE_DEFAULT, REQUEST_TIMEOUT_MS } from './contract.ts';
import { createHandler, type FailoverReport } from './handler.ts';

const reader = new EnvironmentReader(process.env);
const settings = controllerSettings(reader, MODE_DEFAULT);
reader.done(settings.functionName);

const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    control: new RdsControl({ now: systemClock.now, requestMs: REQUEST_TIMEOUT_MS }),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<FailoverReport> =>
  run(event, invocationOf(context));
