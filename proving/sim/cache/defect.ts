import type { CacheConnector, CacheLimits, EpochStore, Journal } from '../../../runtime/cache/index.ts';
import type { Clock } from '../../../runtime/ports.ts';
import type { ProcessClock } from '../service/process-clock.ts';

/** Flaws of the cache tier, planted around what is shipped: what a process is given instead of its own. */
export interface CacheDefect {
  readonly connector?: (real: CacheConnector) => CacheConnector;
  readonly epochs?: (real: EpochStore) => EpochStore;
  readonly journal?: (real: Journal) => Journal;
  /** The clock of the cache; everything else of the process has the real one. */
  readonly clock?: (real: ProcessClock) => Clock;
  readonly limits?: Partial<CacheLimits>;
}
