/** The RDS Data API: SQL over HTTP, from outside the VPC. It always talks to the writer. */

import * as data from '@aws-sdk/client-rds-data';
import type { Client, QueryArrayConfig } from 'pg';
import {
  type AwsService,
  AwsError,
  type Authorization,
  operation,
  type SecretStore,
  type World,
} from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';
import { type Column, fieldOf, jsonOf, metadataOf } from './fields.ts';
import { numbered, type Statement } from './parameters.ts';
import { type Place, Sessions } from './sessions.ts';

export interface DataApiOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly secrets: SecretStore;
  readonly caPem: string;
}

/** The Data API's own limit for one call. */
const STATEMENT_MS_MAX = 45_000;

export function createDataApi(options: DataApiOptions): AwsService & { stop(): Promise<void> } {
  const sessions = new Sessions(options);
  return {
    signingName: 'rds-data',
    sdk: data,
    client: new data.RDSDataClient({ region: options.world.region }),
    operations: { ...statementOperations(sessions), ...transactionOperations(sessions) },
    stop: () => sessions.stop(),
  };
}

interface Target {
  readonly resourceArn?: string | undefined;
  readonly secretArn?: string | undefined;
  readonly database?: string | undefined;
  readonly schema?: string | undefined;
}

function statementOperations(sessions: Sessions) {
  return {
    ExecuteStatement: operation({
      authorize: (input: data.ExecuteStatementRequest) => needs('ExecuteStatement', input),
      handle: (input: data.ExecuteStatementRequest) =>
        sessions.use(placeOf(input), input.transactionId, async (client) => {
          const statement = numbered(input.sql ?? '', input.parameters ?? []);
          return answerOf(await run(client, statement), input);
        }),
    }),
    BatchExecuteStatement: operation({
      authorize: (input: data.BatchExecuteStatementRequest) => needs('BatchExecuteStatement', input),
      handle: (input: data.BatchExecuteStatementRequest) =>
        sessions.use(placeOf(input), input.transactionId, async (client) => {
          const sets = input.parameterSets?.length ? input.parameterSets : [[]];
          for (const set of sets) await run(client, numbered(input.sql ?? '', set));
          return { updateResults: sets.map(() => ({ generatedFields: [] })) };
        }),
    }),
  };
}

function transactionOperations(sessions: Sessions) {
  return {
    BeginTransaction: operation({
      authorize: (input: data.BeginTransactionRequest) => needs('BeginTransaction', input),
      handle: async (input: data.BeginTransactionRequest) => ({
        transactionId: await sessions.begin(placeOf(input)),
      }),
    }),
    CommitTransaction: operation({
      authorize: (input: data.CommitTransactionRequest) => needs('CommitTransaction', input),
      handle: async (input: data.CommitTransactionRequest) => ({
        transactionStatus: await sessions.finish(input.transactionId ?? '', placeOf(input), 'COMMIT'),
      }),
    }),
    RollbackTransaction: operation({
      authorize: (input: data.RollbackTransactionRequest) => needs('RollbackTransaction', input),
      handle: async (input: data.RollbackTransactionRequest) => ({
        transactionStatus: await sessions.finish(input.transactionId ?? '', placeOf(input), 'ROLLBACK'),
      }),
    }),
  };
}

/** The Data API reads the secret as the caller, so the caller needs the right to. */
function needs(action: string, target: Target): Authorization[] {
  return [
    { action: `rds-data:${action}`, resource: target.resourceArn ?? '*' },
    { action: 'secretsmanager:GetSecretValue', resource: target.secretArn ?? '*' },
  ];
}

function placeOf(target: Target): Place {
  const { resourceArn = '', secretArn = '', database, schema } = target;
  if (schema !== undefined) {
    throw new AwsError('BadRequestException', 'The schema parameter is not supported for Aurora PostgreSQL');
  }
  return { resourceArn, secretArn, database };
}

interface Outcome {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly command: string;
  readonly count: number;
}

async function run(client: Client, statement: Statement): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new AwsError('StatementTimeoutException', 'Request timed out', {
          fields: { dbConnectionId: 0 },
        }),
      );
    }, STATEMENT_MS_MAX);
  });
  // The extended protocol takes one statement only, as the Data API does.
  const query: QueryArrayConfig & { readonly queryMode: 'extended' } = {
    text: statement.text,
    values: [...statement.values],
    rowMode: 'array',
    queryMode: 'extended',
  };
  const work = client.query<(string | null)[]>(query);
  work.catch(() => undefined);
  try {
    const result = await Promise.race([work, late]);
    const { fields: columns, rows, command, rowCount } = result;
    return { columns, rows, command, count: rowCount ?? 0 };
  } catch (error) {
    throw statementFailure(error);
  } finally {
    clearTimeout(timer);
  }
}

function statementFailure(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  const {
    code,
    severity,
    message = '',
    position,
  } = error as {
    code?: string;
    severity?: string;
    message?: string;
    position?: string;
  };
  if (severity === undefined) {
    return new AwsError('DatabaseUnavailableException', 'The session ended', { status: 504 });
  }
  const where = position === undefined ? '' : ` Position: ${position};`;
  const text = `${severity}: ${message};${where} SQLState: ${code ?? ''}`;
  return new AwsError('DatabaseErrorException', text);
}

function answerOf(outcome: Outcome, input: data.ExecuteStatementRequest): data.ExecuteStatementResponse {
  const { columns, rows, command, count } = outcome;
  const updated = { numberOfRecordsUpdated: command === 'SELECT' ? 0 : count };
  if (columns.length === 0) return { ...updated, generatedFields: [] };
  const cells = <T>(make: (text: string | null, column: Column) => T) =>
    rows.map((row) => columns.map((column, at) => make(row[at] ?? null, column)));
  if (input.formatRecordsAs === 'JSON') {
    const names = columns.map((column) => column.name);
    const objects = cells(jsonOf).map((row) =>
      Object.fromEntries(row.map((value, at) => [names[at], value])),
    );
    return { ...updated, formattedRecords: JSON.stringify(objects) };
  }
  const metadata = input.includeResultMetadata ? { columnMetadata: columns.map(metadataOf) } : {};
  return { ...updated, ...metadata, records: cells(fieldOf) };
}
