/**
 * When the next part may move. A part that has moved is cold: its keys are loaded once more. So the next one waits
 * until the hit ratio is back, and does not move at all where it could take the ratio below half of before.
 */

import type { RingRow } from '../protocol/index.ts';

export interface PaceLimits {
  /** A ratio is taken over so long. @default 5000 */
  readonly windowMs: number;
  /** The ratio is back with this share of the one from before. @default 0.95 */
  readonly backRatio: number;
  /** After so long the next part moves when it cannot take the ratio below `floorRatio`. @default 60,000 */
  readonly waitMs: number;
  /** Below this share of the ratio from before nothing is risked. @default 0.6 */
  readonly floorRatio: number;
  /** After so long without that, the operator is asked. @default 600,000 */
  readonly giveUpMs: number;
}

export const PACE_DEFAULTS: PaceLimits = {
  windowMs: 5000,
  backRatio: 0.95,
  waitMs: 60_000,
  floorRatio: 0.6,
  giveUpMs: 600_000,
};

export interface PaceSight {
  readonly ring: RingRow;
  /** The hit ratio of late; null with too few reads. */
  readonly ratio: number | null;
  /** A whole window has passed since the last part moved. */
  readonly isMeasured: boolean;
  /** Since the last part moved. */
  readonly waitedMs: number;
}

export interface Pace {
  readonly verdict: 'go' | 'wait' | 'stop';
  readonly why: string;
}

export function paceOf({ ring, ratio, isMeasured, waitedMs }: PaceSight, limits: PaceLimits): Pace {
  const before = ring.hitRatio;
  if (before === null || before === 0)
    return { verdict: 'go', why: 'there were no hits before to compare with' };
  if (!isMeasured) return { verdict: 'wait', why: `measuring for ${limits.windowMs} ms` };
  if (ratio === null) return { verdict: 'go', why: 'hardly anybody reads' };
  const share = ratio / before;
  const numbers = `hit ratio ${ratio.toFixed(3)}, before ${before.toFixed(3)}`;
  if (share >= limits.backRatio) return { verdict: 'go', why: numbers };
  const risk = 1 / (2 * ring.parts);
  const isSafe = share - risk >= limits.floorRatio;
  if (waitedMs >= limits.waitMs && isSafe) {
    return { verdict: 'go', why: `${numbers}, not back after ${waitedMs} ms` };
  }
  if (waitedMs < limits.giveUpMs) return { verdict: 'wait', why: numbers };
  return { verdict: 'stop', why: `${numbers}, not back after ${waitedMs} ms` };
}
