/** Wires dns-failover: the APIs of balancers, shifts and records without retries, both tables, logs and metrics. */

import { EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { frontStore, stateStore } from '../shared/aws/dynamo-client.ts';
import { HttpsEdgeProbe } from '../shared/aws/edge-probe.ts';
import { ElbApi } from '../shared/aws/elb-control.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { Route53Records } from '../shared/aws/record-store.ts';
import { ZonalShiftApi } from '../shared/aws/zonal-shift.ts';
import { REQUEST_TIMEOUT_MS } from './contract.ts';
import { createHandler, type FrontReport } from './handler.ts';
import { frontSettings, zoneIdsOf } from './settings.ts';

const reader = new EnvironmentReader(process.env);
const settings = frontSettings(reader);
const zoneIds = zoneIdsOf(reader);
reader.done(settings.functionName);

const { hostedZone, region } = settings;
const requestMs = REQUEST_TIMEOUT_MS;
const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    front: frontStore(settings.frontTable),
    elb: new ElbApi({ requestMs }),
    shift: new ZonalShiftApi({ region, requestMs, zoneIds }),
    edge: new HttpsEdgeProbe({ clock: systemClock }),
    records: hostedZone === null ? null : new Route53Records({ hostedZone, requestMs }),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<FrontReport> =>
  run(event, invocationOf(context));
