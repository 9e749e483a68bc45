/** One HTTPS request to a balancer, as a client of the public name sends it. */

import { request } from 'node:https';
import type { EdgeSample } from '../../../core/front/index.ts';
import type { Clock, EdgeProbe } from '../../../core/ports/index.ts';

export interface HttpsEdgeProbeOptions {
  readonly clock: Clock;
  /** @default 443 */
  readonly port?: number;
  /** Authorities to trust. @default - those of Node */
  readonly ca?: string;
}

export class HttpsEdgeProbe implements EdgeProbe {
  readonly #options: HttpsEdgeProbeOptions;

  constructor(options: HttpsEdgeProbeOptions) {
    this.#options = options;
  }

  /** The certificate must be that of the URL's name, as for a client; redirects are answers and not followed. */
  ask({ url, connectTo, timeoutMs }: Parameters<EdgeProbe['ask']>[0]): Promise<EdgeSample> {
    const { clock, port = 443, ca } = this.#options;
    const { hostname, pathname, search } = new URL(url);
    const at = clock.now();
    const started = clock.monotonic();
    return new Promise((resolve) => {
      const sent = request(
        {
          host: connectTo,
          port,
          path: `${pathname}${search}`,
          method: 'GET',
          servername: hostname,
          headers: { host: hostname, 'user-agent': 'understudy-edge-check' },
          // A connection of its own: a kept one would not see that new ones fail.
          agent: false,
          signal: AbortSignal.timeout(timeoutMs),
          ...(ca === undefined ? {} : { ca }),
        },
        (answer) => {
          answer.resume();
          const status = answer.statusCode ?? null;
          resolve({ at, status, latencyMs: clock.monotonic() - started, error: null });
          answer.destroy();
        },
      );
      sent.on('error', (error) => resolve({ at, status: null, latencyMs: null, error: codeOf(error) }));
      sent.end();
    });
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
