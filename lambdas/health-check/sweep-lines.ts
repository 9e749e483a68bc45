/** When the sweeps over the database leave a line of metrics: at once where they tell something, else now and then. */

import type { Clock, Metrics } from '../../core/ports/index.ts';
import { isTelling, sweepMetrics, type SweepSeen } from './metrics.ts';

/**
 * A quiet prober writes a line this often. Whoever looks for its silence looks at whole minutes, and each line says how
 * many sweeps it stands for, so nothing is seen later; one a sweep would be the second largest part of the bill.
 */
export const QUIET_LINE_MS = 10_000;

export class SweepLines {
  readonly #ports: { readonly clock: Pick<Clock, 'monotonic'>; readonly metrics: Metrics };
  readonly #place: Pick<SweepSeen, 'env' | 'az'>;
  #lines = 0;
  #untold = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    ports: { readonly clock: Pick<Clock, 'monotonic'>; readonly metrics: Metrics },
    { env, az }: Pick<SweepSeen, 'env' | 'az'>,
  ) {
    this.#ports = ports;
    this.#place = { env, az };
  }

  /** Once a sweep. */
  tell(seen: Omit<SweepSeen, 'env' | 'az' | 'sweeps' | 'line'>): void {
    const { clock, metrics } = this.#ports;
    this.#untold += 1;
    const at = clock.monotonic();
    if (!isTelling(seen) && at - this.#toldAt < QUIET_LINE_MS) return;
    metrics.emit(sweepMetrics({ ...this.#place, ...seen, sweeps: this.#untold, line: this.#lines }));
    this.#toldAt = at;
    this.#untold = 0;
    this.#lines += 1;
  }
}
