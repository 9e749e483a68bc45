/** The requests of a growth as calls. */

import type {
  GrowthAnswer,
  GrowthLook,
  GrowthRequest,
  PurgeAnswer,
  PurgeCursor,
} from '../core/cache/growth/index.ts';
import type { Purge, RingRow, RingStart } from '../core/cache/protocol/index.ts';
import { UnderstudyError } from '../core/errors.ts';

/** Every call rejects with an UnderstudyError; repeating it does no harm. */
export interface GrowthFront {
  look(): Promise<GrowthLook>;
  addShards(count: number): Promise<void>;
  start(start: RingStart): Promise<RingRow>;
  advance(from: { readonly epoch: number; readonly waitedOut: boolean }): Promise<RingRow>;
  turn(epoch: number): Promise<RingRow>;
  purge(from: {
    readonly epoch: number;
    readonly purge: Purge;
    readonly cursor: PurgeCursor | null;
  }): Promise<PurgeAnswer>;
}

export function growthFront(ask: (request: GrowthRequest) => Promise<GrowthAnswer>): GrowthFront {
  const ring = async (request: GrowthRequest): Promise<RingRow> => {
    const answer = await ask(request);
    return 'ring' in answer ? answer.ring : mistaken(request, answer);
  };
  return {
    async look() {
      const answer = await ask({ do: 'look' });
      return answer.do === 'look' ? answer : mistaken({ do: 'look' }, answer);
    },
    async addShards(count) {
      await ask({ do: 'add-shards', count });
    },
    start: (start) => ring({ do: 'start', start }),
    advance: (from) => ring({ do: 'advance', ...from }),
    turn: (epoch) => ring({ do: 'turn', epoch }),
    async purge(from) {
      const request = { do: 'purge', ...from } as const;
      const answer = await ask(request);
      return answer.do === 'purge' ? answer : mistaken(request, answer);
    },
  };
}

function mistaken(request: GrowthRequest, answer: GrowthAnswer): never {
  throw new UnderstudyError(`The front answers ${answer.do} to ${request.do}. Fix: deploy this version.`, {
    code: 'front-failed',
    advice: 'give-up',
  });
}
