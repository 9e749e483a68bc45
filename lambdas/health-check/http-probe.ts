/** One HTTP request to one task. */

import { request } from 'node:http';
import { reachOfSocket } from '../../core/database/signals.ts';
import type { Clock, TargetProbe } from '../../core/ports/index.ts';
import type { TargetSample } from '../../core/state/front-items.ts';
import { askOnce } from '../shared/ask-once.ts';

const GOOD_STATUS = 200;

export class HttpProbe implements TargetProbe {
  readonly #clock: Clock;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
  }

  async probe(
    { memberId, address, port }: Parameters<TargetProbe['probe']>[0],
    { path, timeoutMs }: Parameters<TargetProbe['probe']>[1],
  ): Promise<TargetSample> {
    const headers = { 'user-agent': 'understudy-health-check' };
    const options = { host: address, port, path, headers };
    const { at, status, latencyMs, error } = await askOnce(this.#clock, {
      send: request,
      options,
      timeoutMs,
    });
    if (error !== null) return { memberId, at, reach: reachOfSocket(error), status, latencyMs };
    return { memberId, at, reach: status === GOOD_STATUS ? 'ok' : 'error', status, latencyMs };
  }
}
