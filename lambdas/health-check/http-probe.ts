/** One HTTP request to one task, over a connection of its own: a kept one would not see that new ones fail. */

import { request } from 'node:http';
import { reachOfSocket } from '../../core/database/signals.ts';
import type { Clock, TargetProbe } from '../../core/ports/index.ts';
import type { TargetSample } from '../../core/state/front-items.ts';
import type { Reach } from '../../core/state/items.ts';

const GOOD_STATUS = 200;

export class HttpProbe implements TargetProbe {
  readonly #clock: Clock;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  probe(
    { memberId, address, port }: Parameters<TargetProbe['probe']>[0],
    { path, timeoutMs }: Parameters<TargetProbe['probe']>[1],
  ): Promise<TargetSample> {
    const clock = this.#clock;
    const at = clock.now();
    const started = clock.monotonic();
    return new Promise((resolve) => {
      const settle = (reach: Reach, status: number | null): void => {
        const latencyMs = status === null ? null : clock.monotonic() - started;
        resolve({ memberId, at, reach, status, latencyMs });
      };
      const sent = request(
        {
          host: address,
          port,
          path,
          method: 'GET',
          agent: false,
          headers: { 'user-agent': 'understudy-health-check' },
          signal: AbortSignal.timeout(timeoutMs),
        },
        (answer) => {
          const status = answer.statusCode ?? 0;
          settle(status === GOOD_STATUS ? 'ok' : 'error', status);
          answer.destroy();
        },
      );
      // What has been settled stays: an error after the answer changes nothing.
      sent.on('error', (error) => settle(reachOfSocket(codeOf(error)), null));
      sent.end();
    });
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
