/**
 * The custom resource that makes the roles, grants and heartbeat table. It answers CloudFormation itself, and
 * always: an answer that never comes keeps a stack waiting for an hour. Deleting changes nothing and says so.
 */

import type { Clock, Log } from '../../core/ports/index.ts';
import type { Invocation } from '../shared/invocation.ts';
import { RESOURCE_TYPE, type BootstrapProperties } from './contract.ts';
import { checkProperties, statementsOf } from './statements.ts';

export interface SqlRunner {
  /**
   * Runs the statements in one transaction. Throws DatabaseNotReady while the database resumes or fails over;
   * any other error is final.
   */
  run(properties: BootstrapProperties, statements: readonly string[]): Promise<void>;
}

/** The database cannot be asked just now; asking again later may succeed. */
export class DatabaseNotReady extends Error {}

export interface Answerer {
  put(url: string, body: string): Promise<void>;
}

export interface BootstrapPorts {
  readonly sql: SqlRunner;
  readonly answerer: Answerer;
  readonly clock: Clock;
  readonly log: Log;
}

export interface BootstrapReport {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
}

/** What CloudFormation sends. */
interface Request {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly responseUrl: string;
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalId: string;
  readonly physicalId: string;
  readonly properties: unknown;
}

/** Kept free for the answer. */
const ANSWER_MS = 20_000;
const RETRY_MS = 3000;
const TRIES_MAX = 100;
const REASON_LENGTH_MAX = 1000;

export type BootstrapHandler = (event: unknown, invocation: Invocation) => Promise<BootstrapReport>;

export function createHandler(ports: BootstrapPorts): BootstrapHandler {
  return async (event, invocation) => {
    const request = readRequest(event);
    const report = await attempt(ports, request, invocation);
    ports.log.info('answering', { type: request.type, ...report });
    await ports.answerer.put(
      request.responseUrl,
      JSON.stringify({
        Status: report.status,
        Reason: report.reason.slice(0, REASON_LENGTH_MAX),
        PhysicalResourceId: request.physicalId,
        StackId: request.stackId,
        RequestId: request.requestId,
        LogicalResourceId: request.logicalId,
      }),
    );
    return report;
  };
}

async function attempt(
  { sql, clock, log }: BootstrapPorts,
  request: Request,
  invocation: Invocation,
): Promise<BootstrapReport> {
  if (request.type === 'Delete') {
    return { status: 'SUCCESS', reason: 'nothing is deleted: roles and schemas hold data of their owners' };
  }
  try {
    const properties = checkProperties(request.properties);
    const statements = statementsOf(properties);
    const stopAt = clock.monotonic() + invocation.remainingMs() - ANSWER_MS;
    await untilReady({ clock, log }, stopAt, () => sql.run(properties, statements));
    return { status: 'SUCCESS', reason: `${statements.length} statements ran` };
  } catch (error) {
    log.error('the bootstrap failed', { error: String(error) });
    return { status: 'FAILED', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Tries again while the database is not ready, until `stopAt` by the monotonic clock. */
async function untilReady(
  { clock, log }: Pick<BootstrapPorts, 'clock' | 'log'>,
  stopAt: number,
  work: () => Promise<void>,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const leftMs = stopAt - clock.monotonic();
    try {
      await withTimeLimit(clock, Math.max(0, leftMs), work);
      return;
    } catch (error) {
      const isLast = tries >= TRIES_MAX || stopAt - clock.monotonic() < RETRY_MS;
      if (!(error instanceof DatabaseNotReady) || isLast) throw error;
      log.warn('the database is not ready', { tries, error: error.message });
      await clock.sleep(RETRY_MS);
    }
  }
}

async function withTimeLimit(clock: Clock, ms: number, work: () => Promise<void>): Promise<void> {
  const limit = clock.sleep(ms).then(() => {
    throw new Error(`the database did not answer within ${Math.round(ms)} ms`);
  });
  limit.catch(() => undefined);
  await Promise.race([work(), limit]);
}

/** Throws TypeError for what is no request of CloudFormation: then there is nobody to answer. */
function readRequest(event: unknown): Request {
  const fields = (typeof event === 'object' && event !== null ? event : {}) as Record<string, unknown>;
  const text = (name: string): string => {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new TypeError(`${name} is missing: this is no request of CloudFormation`);
  };
  const type = text('RequestType');
  if (type !== 'Create' && type !== 'Update' && type !== 'Delete') {
    throw new TypeError(`RequestType ${type} is none of Create, Update and Delete`);
  }
  const responseUrl = text('ResponseURL');
  if (!/^https?:\/\//.test(responseUrl)) throw new TypeError('ResponseURL is no HTTP address');
  const known = fields['PhysicalResourceId'];
  return {
    type,
    responseUrl,
    stackId: text('StackId'),
    requestId: text('RequestId'),
    logicalId: text('LogicalResourceId'),
    // Never changes, so that an update is never taken for a replacement.
    physicalId: typeof known === 'string' && known !== '' ? known : RESOURCE_TYPE,
    properties: fields['ResourceProperties'],
  };
}
