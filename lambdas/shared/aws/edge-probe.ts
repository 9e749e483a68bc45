/** One HTTPS request to a balancer, as a client of the public name sends it. */

import { request } from 'node:https';
import type { EdgeSample } from '../../../core/front/index.ts';
import type { Clock, EdgeProbe } from '../../../core/ports/index.ts';
import { askOnce } from '../ask-once.ts';

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
  async ask({ url, connectTo, timeoutMs }: Parameters<EdgeProbe['ask']>[0]): Promise<EdgeSample> {
    const { clock, port = 443, ca } = this.#options;
    const { hostname, pathname, search } = new URL(url);
    const options = {
      host: connectTo,
      port,
      path: `${pathname}${search}`,
      servername: hostname,
      headers: { host: hostname, 'user-agent': 'understudy-edge-check' },
      ...(ca === undefined ? {} : { ca }),
    };
    return askOnce(clock, { send: request, options, timeoutMs });
  }
}
