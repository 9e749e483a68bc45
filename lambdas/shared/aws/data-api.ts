import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';

export interface DataApiTarget {
  readonly clusterArn: string;
  readonly secretArn: string;
  readonly database: string;
}

/** Names under which the Data API says that the database is asleep, waking up or failing over. */
const NOT_READY: ReadonlySet<string> = new Set([
  'DatabaseResumingException',
  'DatabaseUnavailableException',
  'HttpEndpointNotEnabledException',
  'InternalServerErrorException',
  'ServiceUnavailableError',
  'StatementTimeoutException',
  'TimeoutError',
]);
const NOT_READY_TEXT =
  /communications link failure|is resuming|is starting up|cannot be reached|not currently available/i;
const SERVER_ERROR = 500;

/** Runs statements in one transaction, over HTTPS, without a place in the VPC. */
export async function runInTransaction(
  client: RDSDataClient,
  { clusterArn, secretArn, database }: DataApiTarget,
  statements: readonly string[],
): Promise<void> {
  const place = { resourceArn: clusterArn, secretArn };
  const { transactionId } = await client.send(new BeginTransactionCommand({ ...place, database }));
  try {
    for (const sql of statements) {
      await client.send(new ExecuteStatementCommand({ ...place, database, transactionId, sql }));
    }
    await client.send(new CommitTransactionCommand({ ...place, transactionId }));
  } catch (error) {
    // The first error is the one to tell; a transaction that is left open ends by itself.
    await client.send(new RollbackTransactionCommand({ ...place, transactionId })).catch(() => undefined);
    throw error;
  }
}

/** Whether asking again later may succeed. */
export function isNotReady(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (NOT_READY.has(error.name) || NOT_READY_TEXT.test(error.message)) return true;
  const { $metadata: metadata, code } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  return (metadata?.httpStatusCode ?? 0) >= SERVER_ERROR || code === 'ECONNREFUSED' || code === 'ECONNRESET';
}
