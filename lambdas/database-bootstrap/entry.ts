/** Wires the bootstrap: the RDS Data API for the statements, `fetch` for CloudFormation's answer. */

import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { ENV } from '../shared/contract.ts';
import { EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { clientConfig } from '../shared/aws/clients.ts';
import { systemClock } from '../shared/aws/clock.ts';
import { isNotReady, runInTransaction } from '../shared/aws/data-api.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { answerBy } from './answer.ts';
import { createHandler, DatabaseNotReady, type BootstrapReport, type SqlRunner } from './handler.ts';

const STATEMENT_MS = 45_000;

const reader = new EnvironmentReader(process.env);
const functionName = reader.text(ENV.function);
reader.done('database-bootstrap');

const client = new RDSDataClient(clientConfig({ requestMs: STATEMENT_MS, tries: 2 }));
const sql: SqlRunner = {
  run: async (properties, statements) => {
    try {
      await runInTransaction(client, properties, statements);
    } catch (error) {
      if (isNotReady(error)) throw new DatabaseNotReady(String(error), { cause: error });
      throw error;
    }
  },
};

const run = createHandler({
  sql,
  answerer: answerBy(fetch, systemClock),
  clock: systemClock,
  log: powertoolsLog(functionName),
});

export const handler = (event: unknown, context: LambdaContext): Promise<BootstrapReport> =>
  run(event, invocationOf(context));
