/** What an operator asks of the callable front of the cache: people have no way into the network of the shards. */

import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import type { FrontAnswer, FrontRequest } from '../core/cache/front.ts';
import { UnderstudyError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import type { CacheCopy } from '../core/state/cache-items.ts';
import { clientConfig } from '../lambdas/shared/aws/clients.ts';
import { systemClock } from '../lambdas/shared/aws/clock.ts';
import { type GrowthFront, growthFront } from './growth-front.ts';
import type { Target } from './target.ts';

/** A purge works for five seconds, after a cold start at worst. */
const REQUEST_MS = 15_000;

export interface OpenedFront {
  readonly clock: Clock;
  of(cache: CacheCopy): GrowthFront;
  close(): void;
}

/** @param name of the function */
export function openFront(target: Target, name: string): OpenedFront {
  const client = new LambdaClient({ ...target, ...clientConfig({ requestMs: REQUEST_MS, tries: 1 }) });
  const of = (cache: CacheCopy): GrowthFront =>
    growthFront(async (ask) => {
      const answer = await invoke(client, name, { op: 'growth', cache, ask });
      if (answer.op === 'growth') return answer.answer;
      throw failed(name, `it answers ${answer.op} to growth`);
    });
  return { clock: systemClock, of, close: () => client.destroy() };
}

async function invoke(client: LambdaClient, name: string, request: FrontRequest): Promise<FrontAnswer> {
  let payload: string | undefined;
  try {
    const command = new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(request) });
    const { Payload, FunctionError } = await client.send(command);
    if (FunctionError !== undefined) throw new Error(`${FunctionError}: ${Payload?.transformToString()}`);
    payload = Payload?.transformToString();
  } catch (error) {
    throw failed(name, error instanceof Error ? error.message : String(error), error);
  }
  const answer = JSON.parse(payload ?? 'null') as FrontAnswer | null;
  if (answer?.op === 'refused') {
    const { code, advice, message } = answer.error;
    throw new UnderstudyError(message, { code, advice });
  }
  if (!answer) throw failed(name, 'it answers nothing');
  return answer;
}

/** Each request compares epochs or does no harm twice: so it may be repeated. */
function failed(name: string, why: string, cause?: unknown): UnderstudyError {
  const fix = 'see its log; it must be deployed, and you need lambda:InvokeFunction on it';
  return new UnderstudyError(`The function ${name} does not answer: ${why}. Fix: ${fix}.`, {
    code: 'front-failed',
    advice: 'retry',
    cause,
  });
}
