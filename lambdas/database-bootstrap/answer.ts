import type { Clock } from '../../core/ports/index.ts';
import type { Answerer } from './handler.ts';

const TRIES_MAX = 4;
const TRY_MS = 4000;
const RETRY_MS = 500;

/** Puts the answer to the address that CloudFormation gave. The address is signed for an empty content type. */
export function answerBy(send: typeof fetch, clock: Pick<Clock, 'sleep'>): Answerer {
  return {
    put: async (url, body) => {
      for (let tries = 1; ; tries += 1) {
        try {
          const signal = AbortSignal.timeout(TRY_MS);
          const response = await send(url, { method: 'PUT', body, signal, headers: { 'content-type': '' } });
          if (response.ok) return;
          throw new Error(`CloudFormation's address answered ${response.status}`);
        } catch (error) {
          if (tries >= TRIES_MAX) throw error;
          await clock.sleep(RETRY_MS * tries);
        }
      }
    },
  };
}
