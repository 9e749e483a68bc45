import type { Random } from '../kernel/index.ts';
import type { ProcessClock } from '../service/process-clock.ts';

/** A request comes this share of the mean time after the one before. */
const SPACING = { min: 0.5, max: 1.5 } as const;

/** Begins so many requests a second, on time, whatever becomes of those before, as long as the process lives. */
export function openLoop(
  clock: ProcessClock,
  random: Random,
  perSecond: number,
  request: () => Promise<void>,
): void {
  const share = SPACING.min + (SPACING.max - SPACING.min) * random.next();
  clock.after((1000 / perSecond) * share, () => {
    openLoop(clock, random, perSecond, request);
    void request();
  });
}
