/** The rows of the shards, through the function in the VPC that can reach the database and the shards. */

import { InvokeCommand, LambdaClient, type LambdaClientConfig } from '@aws-sdk/client-lambda';
import type { FrontAnswer, FrontRequest } from '../../../core/cache/front.ts';
import type { SeenRow } from '../../../core/cache/controller/types.ts';
import { SHARD_STATES } from '../../../core/cache/protocol/index.ts';
import { UnderstudyError } from '../../../core/errors.ts';
import type { CallOutcome, ShardLedger } from '../../../core/ports/index.ts';
import type { CacheCopy } from '../../../core/state/cache-items.ts';
import { isRecord } from '../attribute-values.ts';
import { clientConfig } from './clients.ts';
import { outcomeOfError } from './outcomes.ts';

export interface FrontLedgerOptions {
  /** Name or ARN of the function. */
  readonly front: string;
  /** How long one invocation may take, in ms. */
  readonly requestMs: number;
  /** Where AWS is reached. @default - as the SDK finds it in its environment */
  readonly connection?: Pick<LambdaClientConfig, 'region' | 'endpoint' | 'credentials'>;
}

type AnswerOf<Op extends FrontAnswer['op']> = Extract<FrontAnswer, { op: Op }>;

export class FrontLedger implements ShardLedger {
  readonly #client: LambdaClient;
  readonly #front: string;

  constructor({ front, requestMs, connection = {} }: FrontLedgerOptions) {
    this.#front = front;
    this.#client = new LambdaClient({ ...connection, ...clientConfig({ requestMs, tries: 1 }) });
  }

  async rows(cache: CacheCopy): Promise<readonly SeenRow[]> {
    const { rows } = await this.#ask({ op: 'rows', cache });
    if (!Array.isArray(rows) || !rows.every(isRow)) throw unreadable('the rows are not rows');
    return rows;
  }

  quarantine(shard: { cache: CacheCopy; shard: number; epoch: number }): Promise<CallOutcome> {
    return this.#outcome({ op: 'quarantine', ...shard }, ({ state }) => state !== 'serving');
  }

  readmit(shard: { cache: CacheCopy; shard: number }): Promise<CallOutcome> {
    return this.#outcome({ op: 'readmit', ...shard }, ({ state }) => state === 'serving');
  }

  /** Accepted when the row says so afterwards. */
  async #outcome(
    request: Extract<FrontRequest, { op: 'quarantine' | 'readmit' }>,
    isDone: (row: SeenRow) => boolean,
  ): Promise<CallOutcome> {
    try {
      const { row } = await this.#ask(request);
      if (!isRow(row)) return { outcome: 'unknown', code: 'unreadable-answer' };
      if (isDone(row)) return { outcome: 'accepted' };
      return { outcome: 'refused', code: `row-is-${row.state}`, conflict: true, retryable: true };
    } catch (error) {
      if (!(error instanceof UnderstudyError)) return outcomeOfError(error);
      const isUnknown = error.advice === 'check';
      return isUnknown
        ? { outcome: 'unknown', code: error.code }
        : { outcome: 'refused', code: error.code, conflict: false, retryable: error.advice === 'retry' };
    }
  }

  async #ask<Op extends FrontRequest['op']>(
    request: FrontRequest & { readonly op: Op },
  ): Promise<AnswerOf<Op>> {
    const { Payload, FunctionError } = await this.#client.send(
      new InvokeCommand({ FunctionName: this.#front, Payload: JSON.stringify(request) }),
    );
    if (FunctionError !== undefined) throw unreadable(`the front failed: ${FunctionError}`);
    const answer: unknown = JSON.parse(Payload?.transformToString() ?? 'null');
    if (!isRecord(answer)) throw unreadable('the answer is no object');
    if (answer['op'] === 'refused') throw refusal(answer['error']);
    if (answer['op'] !== request.op)
      throw unreadable(`${String(answer['op'])} is no answer to ${request.op}`);
    return answer as unknown as AnswerOf<Op>;
  }
}

function isRow(row: unknown): row is SeenRow {
  if (!isRecord(row)) return false;
  const { shard, epoch, state } = row;
  const isKnown = (SHARD_STATES as readonly unknown[]).includes(state);
  return Number.isSafeInteger(shard) && Number.isSafeInteger(epoch) && isKnown;
}

function refusal(error: unknown): UnderstudyError {
  const { code, advice, message } = isRecord(error) ? error : {};
  const known = advice === 'retry' || advice === 'give-up' ? advice : 'check';
  return new UnderstudyError(String(message), { code: String(code), advice: known });
}

/** Nobody knows what was done. */
function unreadable(why: string): UnderstudyError {
  return new UnderstudyError(`cache-front: ${why}`, { code: 'front-failed', advice: 'check' });
}
