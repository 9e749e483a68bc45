/** Wires cache-router: the ElastiCache API without retries, the front in the VPC, the state table, logs and metrics. */

import { ENV as SHARED_ENV } from '../shared/contract.ts';
import { commonSettings, EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { cacheStateStore, stateStore } from '../shared/aws/dynamo-client.ts';
import { ElastiCacheControl } from '../shared/aws/elasticache.ts';
import { FrontLedger } from '../shared/aws/front-ledger.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { ENV, MODE_DEFAULT, REQUEST_TIMEOUT_MS } from './contract.ts';
import { createHandler, type RouterReport } from './handler.ts';

const reader = new EnvironmentReader(process.env);
const settings = {
  ...commonSettings(reader),
  // A majority of these decides, so they must be told.
  zones: reader.text(SHARED_ENV.zones).split(','),
  shards: reader.cacheShards(),
  mode: reader.mode(SHARED_ENV.mode, MODE_DEFAULT),
};
const front = reader.text(ENV.front);
reader.done(settings.functionName);

const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    cacheStore: cacheStateStore(settings.table),
    shards: new FrontLedger({ front, requestMs: REQUEST_TIMEOUT_MS }),
    control: new ElastiCacheControl({ now: systemClock.now, requestMs: REQUEST_TIMEOUT_MS }),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<RouterReport> =>
  run(event, invocationOf(context));
