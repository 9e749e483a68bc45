import type { StrategyItem } from '../../core/state/front-items.ts';

/** Where the rules in force are kept. */
export interface StrategySource {
  /** Null where nobody ever wrote any. Rejects when it cannot be asked. */
  read(service: string): Promise<StrategyItem | null>;
  close?(): void;
}
