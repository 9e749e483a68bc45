/** The limits of simulated pools: the shipped ones, but for how often an idle pool looks at itself. */

import type { DatabaseLimits } from '../../../runtime/database.ts';

/** Ten looks a second of each pool would be most of what a quiet run does. */
const TEND_MS = 500;

export const SIM_LIMITS: DatabaseLimits = {
  reads: { tendMs: TEND_MS },
  writes: { tendMs: TEND_MS },
};
