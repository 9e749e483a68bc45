/**
 * Reads that no reader can serve may use the writer, up to a cap, and are shed above it (I-37): writes keep
 * their share of the writer whatever the readers do.
 */

export interface SpillLimits {
  /** Share of the writer's connections that spilled reads may hold, 0 to 1. @default 0.5 */
  readonly shareMax: number;
  /** Spilled reads at the writer at once, whatever the share. @default 16 */
  readonly concurrencyMax: number;
}

export const SPILL_DEFAULTS: SpillLimits = { shareMax: 0.5, concurrencyMax: 16 };

/** How many spilled reads may be at the writer at once, where this process may hold `writerConnections` there. */
export function spillCap(writerConnections: number, limits: SpillLimits): number {
  if (limits.shareMax <= 0 || limits.concurrencyMax <= 0) return 0;
  return Math.max(1, Math.min(limits.concurrencyMax, Math.floor(limits.shareMax * writerConnections)));
}
