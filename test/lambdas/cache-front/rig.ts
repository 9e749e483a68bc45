/** The `cache-front` handler over the cache itself, with simulated shards and tables in virtual time. */

import { expect } from 'vitest';
import type { FrontAnswer } from '../../../core/cache/front.ts';
import { createHandler, type OpenedFront } from '../../../lambdas/cache-front/handler.ts';
import { TIMEOUT_S } from '../../../lambdas/cache-front/contract.ts';
import { cacheStage, outcome } from '../../runtime/cache/simulated/stage.ts';
import { SILENT } from '../fakes/process.ts';

export async function frontRig(options: Parameters<typeof cacheStage>[0] = {}) {
  const stage = await cacheStage({ clients: 2, ...options });
  const { clock, caches, tables } = stage;
  const [own, application] = caches;
  let opened = 0;
  let cachesOpened = 0;
  const asked: unknown[] = [];
  const open = (): OpenedFront => {
    opened += 1;
    return {
      openCache: () => {
        cachesOpened += 1;
        return { cache: own!, ready: async () => true };
      },
      copies: {
        main: {
          rows: async () => tables.ledger.rows,
          close: (shard, epoch) => tables.close(shard, epoch),
          growth: async (request) => {
            asked.push(request);
            return { do: 'add-shards' };
          },
        },
      },
    };
  };
  const handler = createHandler({ open, clock, log: SILENT });
  /** As Lambda does: JSON in, JSON out. */
  const call = async (request: unknown, timeoutMs = TIMEOUT_S * 1000): Promise<FrontAnswer> => {
    const endsAt = clock.now() + timeoutMs;
    const invocation = { requestId: 'r', functionArn: '', remainingMs: () => endsAt - clock.now() };
    const event: unknown = JSON.parse(JSON.stringify(request) ?? 'null');
    const { value, error } = await outcome(clock, handler(event, invocation), timeoutMs + 1000);
    if (error) throw error;
    return JSON.parse(JSON.stringify(value)) as FrontAnswer;
  };
  return {
    ...stage,
    own: own!,
    application: application!,
    call,
    asked,
    opened: () => opened,
    cachesOpened: () => cachesOpened,
  };
}

/** What a call was refused with. */
export function refusalOf(answer: FrontAnswer): { code: string; advice: string; message: string } {
  expect(answer.op).toBe('refused');
  return (answer as Extract<FrontAnswer, { op: 'refused' }>).error;
}
