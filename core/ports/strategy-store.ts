import type { StrategyItem } from '../state/front-items.ts';

/** The rules in force, in the front table. Each method is one request. */
export interface StrategyStore {
  /** Null before the first copy. */
  readStrategy(service: string): Promise<StrategyItem | null>;
  putStrategy(item: StrategyItem): Promise<void>;
}
