/** Opens the pool of a service with everything real: Cloud Map, undici, the task's own zone. */

import { ServicePool } from '../service/pool.ts';
import type { Discovery } from '../service/ports.ts';
import { CloudMapDiscovery } from './cloud-map-discovery.ts';
import { systemClock, systemRandom } from './system.ts';
import { UndiciTransport } from './undici-transport.ts';

export interface OpenServicePoolOptions {
  readonly region: string;
  /** HTTP name of the Cloud Map namespace: that of the environment. */
  readonly namespace: string;
  /** The application that is called. */
  readonly service: string;
  /** In the place of Cloud Map. @default - Cloud Map */
  readonly discovery?: Discovery;
}

export interface OpenServicePool {
  readonly pool: ServicePool;
  close(): Promise<void>;
}

export function openServicePool(options: OpenServicePoolOptions): OpenServicePool {
  const discovery = options.discovery ?? new CloudMapDiscovery(options);
  const transport = new UndiciTransport({
    connectionsMax: 64,
    connectMs: 250,
    tryMs: 5000,
    answerBytesMax: 10 * 2 ** 20,
  });
  const pool = new ServicePool(
    { discovery, transport, clock: systemClock, random: systemRandom },
    options.service,
  );
  pool.start();
  return {
    pool,
    async close() {
      await pool.close();
      discovery.close?.();
    },
  };
}
