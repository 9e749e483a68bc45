/** What `npm test` leaves out, as its length matters: `npm run test:drills` runs it too, and under the whole load. */

import { it } from 'vitest';

export const IS_FULL = process.env['DRILLS'] === 'all';

export const itInFull = it.runIf(IS_FULL);
/** Half of the load leaves a small machine something over, so that what fails is ours. */
export const LOAD_PCT = IS_FULL ? 100 : 50;
