/** Wires dns-failover: the balancers' API without retries, both tables, logs and metrics. */

import { EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { frontStore, stateStore } from '../shared/aws/dynamo-client.ts';
import { ElbApi } from '../shared/aws/elb-control.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import { createHandler, type FrontReport } from './handler.ts';
import { frontSettings } from './settings.ts';

const reader = new EnvironmentReader(process.env);
const settings = frontSettings(reader);
reader.done(settings.functionName);

const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    front: frontStore(settings.frontTable),
    elb: new ElbApi({ requestMs: REQUEST_TIMEOUT_MS }),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<FrontReport> =>
  run(event, invocationOf(context));
