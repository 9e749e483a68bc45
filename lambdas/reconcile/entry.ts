/** Wires reconcile: Parameter Store, CloudWatch's alarms, the state and front tables, logs and metrics. */

import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SSMClient } from '@aws-sdk/client-ssm';
import { controllerSettings, EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { CloudWatchAlarms } from '../shared/aws/alarms.ts';
import { clientConfig } from '../shared/aws/clients.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { stateStore } from '../shared/aws/dynamo-client.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { SsmParameters } from '../shared/aws/parameters.ts';
import { powertoolsMetrics } from '../shared/aws/powertools-metrics.ts';
import { DynamoStrategyStore } from '../shared/aws/strategy-store.ts';
import { FRONT_ENV } from '../shared/contract.ts';
import { ENV } from './contract.ts';
import { createHandler, type ReconcileReport } from './handler.ts';

const READ = clientConfig({ requestMs: 3000, tries: 3 });

const reader = new EnvironmentReader(process.env);
const services = reader.list(FRONT_ENV.services);
const frontTable = services.length === 0 ? null : reader.text(FRONT_ENV.table);
const settings = {
  // Reconcile itself promotes nobody and publishes nothing; the mode is the controllers' affair.
  ...controllerSettings(reader, 'act'),
  parameterRoot: reader.text(ENV.parameterRoot, /^\/understudy\/[a-z0-9-]+$/),
  alarmPrefix: reader.text(ENV.alarmPrefix),
  resources: reader.throttledResources(),
  services,
};
reader.done(settings.functionName);

const run = createHandler(
  {
    clock: systemClock,
    store: stateStore(settings.table),
    parameters: new SsmParameters(new SSMClient(READ)),
    alarms: new CloudWatchAlarms(new CloudWatchClient(READ)),
    metrics: powertoolsMetrics(),
    log: powertoolsLog(settings.functionName),
    strategies: frontTable === null ? null : new DynamoStrategyStore(frontTable),
  },
  settings,
);

export const handler = (event: unknown, context: LambdaContext): Promise<ReconcileReport> =>
  run(event, invocationOf(context));
